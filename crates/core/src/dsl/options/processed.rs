//! How a processor is attached.

/// How a processor is attached to a stream.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Processed {
    pub(crate) name: Option<String>,
}

impl Processed {
    /// Under this name. As in Kafka Streams, a named processor takes no number from the counter.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
        }
    }
}
