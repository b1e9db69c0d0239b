//! A Kafka cluster, from the configuration of an application.

use std::fmt;
use std::sync::Arc;

use headwater_core::config::{ClientKind, StreamsConfig};
use headwater_runtime::port::{Admin, ClientError, Cluster, Consumer, ConsumerSettings, Producer};

use crate::admin::KafkaAdmin;
use crate::consumer::KafkaConsumer;
use crate::error::client_error;
use crate::native::{Client, Conf, Reports, Role};
use crate::producer::KafkaProducer;
use crate::properties::{ClientProperties, bootstrap_servers};

/// The Kafka cluster at `bootstrap.servers`.
///
/// Opening it checks every property and connects to nothing; the clients connect when they are
/// used.
pub struct KafkaCluster {
    address: String,
    consumer: ClientProperties,
    producer: ClientProperties,
    admin: ClientProperties,
    client_id: String,
}

impl KafkaCluster {
    /// The cluster that this configuration names.
    ///
    /// Client properties are those of librdkafka (its `CONFIGURATION.md`); a prefix `consumer.`,
    /// `producer.` or `admin.` limits one to that client. Some belong to Headwater and are
    /// refused, as are those that run code: the configuration is data.
    ///
    /// # Errors
    /// [`Configuration`](headwater_runtime::port::ClientErrorKind::Configuration) if
    /// `bootstrap.servers` is missing, or a property is unknown, malformed or refused.
    pub fn new(config: &StreamsConfig) -> Result<Self, ClientError> {
        let address = bootstrap_servers(&config.client_properties(ClientKind::Consumer))?;
        Self::at(&address, config)
    }

    /// The cluster at this address, for which this configuration is.
    pub(crate) fn at(address: &str, config: &StreamsConfig) -> Result<Self, ClientError> {
        let properties = |kind| {
            let given = config.client_properties(kind);
            ClientProperties::new(kind, given)
        };
        let cluster = Self {
            address: address.to_owned(),
            consumer: properties(ClientKind::Consumer)?,
            producer: properties(ClientKind::Producer)?,
            admin: properties(ClientKind::Admin)?,
            client_id: config.get("application.id").unwrap_or_default().to_owned(),
        };
        for properties in [&cluster.consumer, &cluster.producer, &cluster.admin] {
            properties.conf(address, &cluster.client_id)?;
        }
        Ok(cluster)
    }

    /// The same cluster with a consumer property where the user has set none.
    pub(crate) fn with_consumer_default(mut self, name: &str, value: &str) -> Self {
        self.consumer = self.consumer.or_default(name, value);
        self
    }

    pub(crate) fn open_producer(&self) -> Result<KafkaProducer, ClientError> {
        let conf = self.producer.conf(&self.address, &self.client_id)?;
        let client = self.open(Role::Producer, conf, "producer")?;
        Ok(KafkaProducer::new(client, &self.address))
    }

    fn open(&self, role: Role, conf: Conf, name: &str) -> Result<Arc<Client>, ClientError> {
        conf.into_client(role, Reports::new(&self.address))
            .map_err(|refusal| client_error(format!("opening the {name}"), &refusal))
    }
}

impl Cluster for KafkaCluster {
    fn address(&self) -> &str {
        &self.address
    }

    fn consumer(&self, settings: &ConsumerSettings) -> Result<Box<dyn Consumer>, ClientError> {
        let properties = &self.consumer;
        let conf = properties.consumer_conf(&self.address, &self.client_id, settings)?;
        let client = self.open(Role::Consumer, conf, "consumer")?;
        Ok(Box::new(KafkaConsumer::new(
            client,
            &self.address,
            settings,
            &self.consumer,
        )))
    }

    fn producer(&self) -> Result<Box<dyn Producer>, ClientError> {
        Ok(Box::new(self.open_producer()?))
    }

    fn admin(&self) -> Result<Box<dyn Admin>, ClientError> {
        let conf = self.admin.conf(&self.address, &self.client_id)?;
        let client = self.open(Role::Producer, conf, "admin client")?;
        Ok(Box::new(KafkaAdmin::new(client, &self.address)))
    }
}

impl fmt::Debug for KafkaCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaCluster")
            .field("address", &self.address)
            .field("consumer", &self.consumer)
            .field("producer", &self.producer)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}
