//! What happens to a record that cannot be decoded, processed or encoded.
//!
//! User code fails with a [`Failure`]; the node that ran it asks the [`FailurePolicy`]; the
//! answer is either to go on without this record or to stop the task with a [`TaskFailure`].

mod log;
mod policy;

pub(crate) use log::SkipLog;
pub use policy::{Decision, FailedRecord, FailurePolicy};

use std::error::Error;
use std::fmt;

use crate::record::{Offset, Partition};

/// Why user code gave up on a record. Made from any error with `?`.
///
/// ```
/// use headwater_core::failure::Failure;
///
/// fn parse(text: &str) -> Result<i64, Failure> {
///     Ok(text.parse()?)
/// }
/// assert_eq!(parse("x").unwrap_err().to_string(), "invalid digit found in string");
/// ```
#[derive(Debug)]
pub struct Failure(Box<dyn Error + Send + Sync>);

impl Failure {
    /// A failure in these words, or with this cause.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }

    /// The cause.
    pub fn into_inner(self) -> Box<dyn Error + Send + Sync> {
        self.0
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

/// At which step a record failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailedStep {
    /// Reading its bytes or its time.
    Decode,
    /// Running user code on it.
    Process,
    /// Writing its bytes, or handing them to the topic.
    Produce,
}

impl fmt::Display for FailedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decode => "decode",
            Self::Process => "process",
            Self::Produce => "produce",
        })
    }
}

/// A record stopped its task.
#[derive(Debug)]
pub struct TaskFailure {
    pub(crate) step: FailedStep,
    pub(crate) node: String,
    pub(crate) origin: Option<(String, Partition, Offset)>,
    pub(crate) reason: Box<dyn Error + Send + Sync>,
}

impl TaskFailure {
    /// At which step.
    pub const fn step(&self) -> FailedStep {
        self.step
    }

    /// In which node of the topology.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Topic, partition and offset of the record; none during a punctuation.
    pub fn origin(&self) -> Option<(&str, Partition, Offset)> {
        let (topic, partition, offset) = self.origin.as_ref()?;
        Some((topic, *partition, *offset))
    }
}

impl fmt::Display for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} ", self.step)?;
        match &self.origin {
            Some((topic, partition, offset)) => write!(
                f,
                "the record of topic {topic} partition {partition} offset {offset}"
            )?,
            None => f.write_str("what a punctuation forwarded")?,
        }
        write!(f, " in {}: {}", self.node, self.reason)
    }
}

impl Error for TaskFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.reason.source()
    }
}

/// What pushing a record returns: an error stops the task. Boxed to keep the good path narrow.
pub(crate) type Step = Result<(), Box<TaskFailure>>;
