//! The files that Kafka reads: `server.properties` of a one-node cluster, and where its log goes.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// 16 bytes in URL-safe base64, as Kafka writes ids. The same for all: each broker is a cluster of its own.
pub(super) const CLUSTER_ID: &str = "HeadwaterTestBrokerAAA";

/// The two ports of a node that is broker and controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ports {
    pub(super) client: u16,
    pub(super) controller: u16,
}

impl Ports {
    pub(super) fn client_address(self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.client))
    }

    /// Reads back what [`server_properties`] wrote.
    pub(super) fn parse(properties: &str) -> Option<Self> {
        let listeners = properties
            .lines()
            .find_map(|line| line.strip_prefix("listeners="))?;
        let port = |name: &str| {
            let address = listeners
                .split(',')
                .find_map(|listener| listener.strip_prefix(name))?;
            address.rsplit(':').next()?.parse().ok()
        };
        Some(Self {
            client: port("PLAINTEXT://")?,
            controller: port("CONTROLLER://")?,
        })
    }
}

/// A broker and its controller in one process, internal topics small and without replicas.
pub(super) fn server_properties(ports: Ports, data: &Path) -> String {
    let Ports { client, controller } = ports;
    let data = data.display();
    format!(
        "\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"
    )
}

/// Keeps the log of Kafka's tools off the console.
pub(super) const SILENT_LOG4J_PROPERTIES: &str = "log4j.rootLogger=OFF\n";

/// Sends Kafka's log to a file of its own, so that the console belongs to the tests.
pub(super) fn log4j_properties(log: &Path) -> String {
    let log = log.display();
    format!(
        "\
log4j.rootLogger=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.File={log}
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d %p %m (%c)%n
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_back_from_the_properties() {
        let ports = Ports {
            client: 21_000,
            controller: 21_001,
        };
        let properties = server_properties(ports, Path::new("data"));
        assert_eq!(Ports::parse(&properties), Some(ports));
        assert!(properties.contains("\nlog.dirs=data\n"));
        assert_eq!(Ports::parse("listeners=PLAINTEXT://127.0.0.1:x"), None);
        assert_eq!(Ports::parse(""), None);
    }

    #[test]
    fn cluster_id_has_the_length_of_a_kafka_id() {
        assert_eq!(CLUSTER_ID.len(), 22);
    }

    #[test]
    fn log_goes_to_the_named_file() {
        assert!(log4j_properties(Path::new("a.log")).contains("File=a.log\n"));
    }
}
