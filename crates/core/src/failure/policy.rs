//! The policy: a decision for each step, by closure.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::FailedStep;
use crate::record::Origin;

/// What to do about a record that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// Stop the task; the record's offset is not committed.
    Stop,
    /// Count it, log it, go on with the next.
    Skip,
}

/// A record that failed, as a policy sees it.
#[derive(Debug)]
pub struct FailedRecord<'a> {
    /// At which step.
    pub step: FailedStep,
    /// In which node of the topology.
    pub node: &'a str,
    /// Where it was read; none for what a punctuation forwarded.
    pub origin: Option<Origin<'a>>,
    /// Why.
    pub reason: &'a (dyn Error + 'static),
}

type Handler = Arc<dyn Fn(&FailedRecord<'_>) -> Decision + Send + Sync>;

/// Decides about records that cannot be decoded, processed or produced.
///
/// The default stops the task on any failure, as Kafka Streams does. What is skipped counts as
/// `dropped-records` and is logged with topic, partition, offset and reason at a bounded rate.
///
/// Semantics: `DeserializationExceptionHandler`, `ProcessingExceptionHandler` (KIP-1033) and
/// `ProductionExceptionHandler` of Kafka Streams.
///
/// ```
/// use headwater_core::failure::{Decision, FailurePolicy};
///
/// let policy = FailurePolicy::stop()
///     .on_decode(|_| Decision::Skip)
///     .on_process(|failed| if failed.node == "enrich" { Decision::Skip } else { Decision::Stop });
/// # let _ = policy;
/// ```
#[derive(Clone)]
pub struct FailurePolicy {
    decode: Handler,
    process: Handler,
    produce: Handler,
}

impl FailurePolicy {
    /// Stops on any failure.
    pub fn stop() -> Self {
        Self::always(Decision::Stop)
    }

    /// Skips any record that fails.
    pub fn skip() -> Self {
        Self::always(Decision::Skip)
    }

    /// Decides about records whose bytes or time cannot be read.
    #[must_use]
    pub fn on_decode(
        self,
        decide: impl Fn(&FailedRecord<'_>) -> Decision + Send + Sync + 'static,
    ) -> Self {
        Self {
            decode: Arc::new(decide),
            ..self
        }
    }

    /// Decides about records on which user code fails.
    #[must_use]
    pub fn on_process(
        self,
        decide: impl Fn(&FailedRecord<'_>) -> Decision + Send + Sync + 'static,
    ) -> Self {
        Self {
            process: Arc::new(decide),
            ..self
        }
    }

    /// Decides about results that cannot be encoded.
    #[must_use]
    pub fn on_produce(
        self,
        decide: impl Fn(&FailedRecord<'_>) -> Decision + Send + Sync + 'static,
    ) -> Self {
        Self {
            produce: Arc::new(decide),
            ..self
        }
    }

    pub(crate) fn decide(&self, failed: &FailedRecord<'_>) -> Decision {
        match failed.step {
            FailedStep::Decode => (self.decode)(failed),
            FailedStep::Process => (self.process)(failed),
            FailedStep::Produce => (self.produce)(failed),
        }
    }

    fn always(decision: Decision) -> Self {
        let handler: Handler = Arc::new(move |_| decision);
        Self {
            decode: Arc::clone(&handler),
            process: Arc::clone(&handler),
            produce: handler,
        }
    }
}

impl Default for FailurePolicy {
    fn default() -> Self {
        Self::stop()
    }
}

impl fmt::Debug for FailurePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailurePolicy").finish_non_exhaustive()
    }
}
