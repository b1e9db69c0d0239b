//! A Kafka cluster within the process.

use std::sync::Arc;
use std::time::Duration;

use headwater_core::config::StreamsConfig;
use headwater_core::record::{Offset, TopicPartition};
use headwater_runtime::port::{
    Admin, ClientError, ClientErrorKind, Cluster, Consumer, ConsumerSettings, NewTopic, Producer,
    TopicDescription,
};

use crate::cluster::KafkaCluster;
use crate::error::{client_error, kind_of};
use crate::native::{Conf, MockCluster, Reports, Role};

/// What the mock is slow at, unless the user says otherwise.
const CONSUMER_DEFAULTS: &[(&str, &str)] = &[
    // It lets a fetch that finds nothing wait to its end, whatever arrives meanwhile.
    ("fetch.wait.max.ms", "20"),
    // It lets a group that has had members wait for all of them for a session less one second;
    // librdkafka sends heartbeats up to a second late, and who comes too late is out.
    ("session.timeout.ms", "3000"),
    ("heartbeat.interval.ms", "500"),
];

/// A broker within this process, for a first run, demonstrations and tests: no Kafka needed.
///
/// It is librdkafka's mock cluster and speaks the real protocol over a real port of this
/// machine, so other processes can connect to [`bootstrap_servers`](Self::bootstrap_servers).
/// It stops when this and every [`EmbeddedCluster`] made from it are dropped, and all data with
/// it.
///
/// # Limits
/// * At-least-once only: transactions are accepted but not isolated or rolled back.
/// * Each partition keeps about its newest 5 MiB; older records are dropped, read or not.
/// * No compaction, no topic configuration, no deleting of records, no authentication.
/// * A topic that is written to or asked for by name comes into being with 4 partitions.
///
/// ```
/// use headwater_core::config::StreamsConfig;
/// use headwater_kafka::EmbeddedBroker;
/// use headwater_runtime::port::Cluster;
///
/// let broker = EmbeddedBroker::start()?;
/// broker.create_topic("sentences", 2)?;
/// let cluster = broker.cluster(&StreamsConfig::new("word-count"))?;
/// assert_eq!(cluster.address(), broker.bootstrap_servers());
/// # Ok::<(), headwater_runtime::port::ClientError>(())
/// ```
#[derive(Clone, Debug)]
pub struct EmbeddedBroker {
    mock: Arc<MockCluster>,
    address: String,
}

impl EmbeddedBroker {
    /// Starts a broker on a free port.
    ///
    /// # Errors
    /// If no port can be opened.
    pub fn start() -> Result<Self, ClientError> {
        let failed = |refusal| client_error("starting the embedded broker", &refusal);
        let client = Conf::new()
            .into_client(Role::Producer, Reports::new("embedded"))
            .map_err(failed)?;
        let mock = MockCluster::start(client).map_err(failed)?;
        let address = mock.bootstrap_servers();
        Ok(Self {
            mock: Arc::new(mock),
            address,
        })
    }

    /// Where clients find it: what to give as `bootstrap.servers`.
    pub fn bootstrap_servers(&self) -> &str {
        &self.address
    }

    /// Creates a topic; one that exists already is left as it is.
    ///
    /// # Errors
    /// If the name is no topic name.
    pub fn create_topic(&self, name: &str, partitions: u32) -> Result<(), ClientError> {
        create(&self.mock, name, partitions)
    }

    /// This broker for an application of this configuration, whose `bootstrap.servers` is
    /// ignored.
    ///
    /// # Errors
    /// As for [`KafkaCluster::new`].
    pub fn cluster(&self, config: &StreamsConfig) -> Result<EmbeddedCluster, ClientError> {
        let kafka = KafkaCluster::at(&self.address, config)?;
        Ok(EmbeddedCluster {
            kafka: CONSUMER_DEFAULTS
                .iter()
                .fold(kafka, |kafka, &(name, value)| {
                    kafka.with_consumer_default(name, value)
                }),
            mock: Arc::clone(&self.mock),
        })
    }
}

/// An [`EmbeddedBroker`] as the cluster of an application. Keeps the broker running.
#[derive(Debug)]
pub struct EmbeddedCluster {
    kafka: KafkaCluster,
    mock: Arc<MockCluster>,
}

impl Cluster for EmbeddedCluster {
    fn address(&self) -> &str {
        self.kafka.address()
    }

    fn consumer(&self, settings: &ConsumerSettings) -> Result<Box<dyn Consumer>, ClientError> {
        self.kafka.consumer(settings)
    }

    fn producer(&self) -> Result<Box<dyn Producer>, ClientError> {
        Ok(Box::new(self.kafka.open_producer()?.connected()?))
    }

    fn admin(&self) -> Result<Box<dyn Admin>, ClientError> {
        Ok(Box::new(EmbeddedAdmin {
            kafka: self.kafka.admin()?,
            mock: Arc::clone(&self.mock),
        }))
    }
}

/// Creates topics past the protocol, of which the mock has no such request.
struct EmbeddedAdmin {
    kafka: Box<dyn Admin>,
    mock: Arc<MockCluster>,
}

impl Admin for EmbeddedAdmin {
    fn topics(&self, timeout: Duration) -> Result<Vec<TopicDescription>, ClientError> {
        self.kafka.topics(timeout)
    }

    fn describe(
        &self,
        names: &[&str],
        timeout: Duration,
    ) -> Result<Vec<Option<TopicDescription>>, ClientError> {
        self.kafka.describe(names, timeout)
    }

    fn create(&self, topics: &[NewTopic], _timeout: Duration) -> Result<(), ClientError> {
        topics
            .iter()
            .try_for_each(|topic| create(&self.mock, &topic.name, topic.partitions))
    }

    /// Does nothing: the mock drops old records by size.
    fn delete_records(
        &self,
        _before: &[(TopicPartition, Offset)],
        _timeout: Duration,
    ) -> Result<(), ClientError> {
        Ok(())
    }
}

fn create(mock: &MockCluster, name: &str, partitions: u32) -> Result<(), ClientError> {
    match mock.create_topic(name, partitions) {
        Err(refusal) if kind_of(refusal.code) != ClientErrorKind::TopicExists => {
            Err(client_error(format!("creating topic {name:?}"), &refusal))
        }
        _ => Ok(()),
    }
}
