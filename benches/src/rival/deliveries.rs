//! What becomes of records sent: only failures are reported, and the first is kept.

use std::sync::OnceLock;

use anyhow::{Result, bail};
use rdkafka::ClientContext;
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::ProducerContext;

/// The first failure, if there was one.
#[derive(Debug, Default)]
pub(crate) struct Deliveries(OnceLock<String>);

impl Deliveries {
    /// # Errors
    /// If a record was not delivered.
    pub(crate) fn check(&self) -> Result<()> {
        match self.0.get() {
            None => Ok(()),
            Some(failure) => bail!("{failure}"),
        }
    }
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, message)) = result {
            let topic = message.topic();
            self.0
                .get_or_init(|| format!("a record for topic {topic} was not delivered: {error}"));
        }
    }
}
