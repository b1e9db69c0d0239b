//! How a topic is read.

use std::fmt;
use std::time::Duration;

use crate::codec::Codec;
use crate::time::{Timestamp, TimestampExtractor};
use crate::topology::OffsetReset;

/// How a topic is read: codecs, where event time comes from, where to start.
///
/// Semantics: `org.apache.kafka.streams.kstream.Consumed`.
#[must_use]
pub struct Consumed<KC: Codec, VC: Codec> {
    pub(crate) key: KC,
    pub(crate) value: VC,
    pub(crate) extractor: TimestampExtractor<KC::Item, VC::Item>,
    pub(crate) reset: Option<OffsetReset>,
    pub(crate) name: Option<String>,
}

impl<KC: Codec, VC: Codec> Consumed<KC, VC> {
    /// Reads keys and values with these codecs, at the time each record carries.
    pub fn with(key: KC, value: VC) -> Self {
        Self {
            key,
            value,
            extractor: TimestampExtractor::record_time(),
            reset: None,
            name: None,
        }
    }

    /// Takes event time from the key or the value. A record whose time is negative is dropped
    /// and counted.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    ///
    /// let consumed = Consumed::with(Utf8, I64)
    ///     .timestamp_from(|_sensor, seconds| Timestamp::from_millis(seconds * 1_000));
    /// # let _ = consumed;
    /// ```
    pub fn timestamp_from(
        self,
        field: impl Fn(&KC::Item, &VC::Item) -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        self.timestamp_extractor(TimestampExtractor::from_field(field))
    }

    /// Takes event time from elsewhere; a guard against times far ahead stays, unless the
    /// extractor has one of its own.
    pub fn timestamp_extractor(self, extractor: TimestampExtractor<KC::Item, VC::Item>) -> Self {
        let extractor = extractor.guarded_as(&self.extractor);
        Self { extractor, ..self }
    }

    /// Drops and counts a record whose time lies further ahead of the wall clock than this.
    ///
    /// One record of the far future would close every window of its task. Kafka Streams has no
    /// such guard. It holds wherever event time is taken from.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream(
    ///         "readings",
    ///         Consumed::with(Utf8, I64).drop_if_ahead_by(Duration::from_secs(60)),
    ///     )
    ///     .to("plausible", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let readings = driver.input("readings", Utf8, I64);
    /// readings.at_ms(60_000).push("a", 1)?.at_ms(60_001).push("a", 2)?;
    /// assert_eq!(driver.output("plausible", Utf8, I64).values()?, [1]);
    /// assert_eq!(driver.dropped(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn drop_if_ahead_by(self, limit: Duration) -> Self {
        let extractor = self.extractor.drop_if_ahead_by(limit);
        Self { extractor, ..self }
    }

    /// Takes the wall clock in the place of a time that lies further ahead of it than this; see
    /// [`drop_if_ahead_by`](Self::drop_if_ahead_by).
    pub fn clamp_if_ahead_by(self, limit: Duration) -> Self {
        let extractor = self.extractor.clamp_if_ahead_by(limit);
        Self { extractor, ..self }
    }

    /// Where to start when nothing is committed; otherwise `auto.offset.reset` says.
    pub fn offset_reset(self, reset: OffsetReset) -> Self {
        Self {
            reset: Some(reset),
            ..self
        }
    }

    /// Names the source node.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }
}

impl<KC: Codec, VC: Codec> fmt::Debug for Consumed<KC, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumed")
            .field("reset", &self.reset)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
