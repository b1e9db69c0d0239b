//! Where a record's event time is taken from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Timestamp;
use crate::codec::{Codec, Part, Place, SharedCodec};

/// The times at hand when a record is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractContext {
    /// What the producer or the broker stamped; negative if there is none.
    pub record: Timestamp,
    /// The largest event time seen in the record's partition so far;
    /// [`Timestamp::UNKNOWN`] before the first record.
    pub partition_time: Timestamp,
    /// The runtime's clock.
    pub wall_clock: Timestamp,
}

/// What becomes of a record by its event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extracted {
    /// It happened then; the time is valid.
    At(Timestamp),
    /// It is dropped and counted.
    Skip,
    /// It is a failure, for the failure policy to decide on.
    Fail,
}

type Field<K, V> = dyn Fn(&K, &V) -> Timestamp + Send + Sync;
type General<K, V> = dyn Fn(&K, &V, &ExtractContext) -> Extracted + Send + Sync;

enum Origin<K, V> {
    Record,
    WallClock,
    Field(Arc<Field<K, V>>),
    General(Arc<General<K, V>>),
}

/// What becomes of a time too far ahead of the wall clock.
#[derive(Clone, Copy, Debug)]
enum WhenAhead {
    Skip,
    WallClock,
}

/// How far ahead of the wall clock a time may lie.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    limit: Duration,
    then: WhenAhead,
}

#[derive(Clone, Copy, Debug)]
enum WhenInvalid {
    Fail,
    Skip,
    PartitionTime,
}

/// Finds the event time of each record that a source reads.
///
/// A time below 0 is no time. What then becomes of the record is part of the extractor: each
/// constructor names its default, and [`or_fail`](Self::or_fail), [`or_skip`](Self::or_skip) and
/// [`or_partition_time`](Self::or_partition_time) change it.
///
/// An extractor is shared by all tasks. Cloning shares the closure.
///
/// Semantics: `org.apache.kafka.streams.processor.TimestampExtractor`; the Java class of each
/// constructor is named there.
pub struct TimestampExtractor<K, V> {
    origin: Origin<K, V>,
    when_invalid: WhenInvalid,
    ahead: Option<Ahead>,
}

impl<K, V> TimestampExtractor<K, V> {
    /// The time the record carries; a record without one is a failure. The default of a source.
    ///
    /// Semantics: `FailOnInvalidTimestamp`.
    pub const fn record_time() -> Self {
        Self::new(Origin::Record, WhenInvalid::Fail)
    }

    /// The time the record carries; a record without one is dropped and counted.
    ///
    /// Semantics: `LogAndSkipOnInvalidTimestamp`.
    pub const fn record_time_or_skip() -> Self {
        Self::new(Origin::Record, WhenInvalid::Skip)
    }

    /// The time the record carries; a record without one takes the time of its partition.
    ///
    /// Semantics: `UsePartitionTimeOnInvalidTimestamp`.
    pub const fn record_time_or_partition_time() -> Self {
        Self::new(Origin::Record, WhenInvalid::PartitionTime)
    }

    /// When the record is read, by the runtime's clock.
    ///
    /// Semantics: `WallclockTimestampExtractor`.
    pub const fn wall_clock() -> Self {
        Self::new(Origin::WallClock, WhenInvalid::Fail)
    }

    /// A time in the key or value; a record whose time is negative is dropped and counted.
    ///
    /// Semantics: an extractor of the user's own in Java, whose negative times are dropped
    /// likewise. The types of key and value are named once, as below: rustc does not carry them
    /// from where the extractor is used into its closure.
    ///
    /// ```
    /// use headwater_core::time::{ExtractContext, Extracted, Timestamp, TimestampExtractor};
    ///
    /// struct Reading {
    ///     at_ms: i64,
    /// }
    ///
    /// let extractor = TimestampExtractor::<(), Reading>::from_field(|_, reading| {
    ///     Timestamp::from_millis(reading.at_ms)
    /// });
    /// let times = ExtractContext {
    ///     record: Timestamp::from_millis(2_000),
    ///     partition_time: Timestamp::UNKNOWN,
    ///     wall_clock: Timestamp::from_millis(3_000),
    /// };
    /// let at = |at_ms| extractor.extract(&(), &Reading { at_ms }, &times);
    /// assert_eq!(at(1_000), Extracted::At(Timestamp::from_millis(1_000)));
    /// assert_eq!(at(-1), Extracted::Skip);
    /// ```
    pub fn from_field<F>(field: F) -> Self
    where
        F: Fn(&K, &V) -> Timestamp + Send + Sync + 'static,
    {
        Self::new(Origin::Field(Arc::new(field)), WhenInvalid::Skip)
    }

    /// The same for a topic of a table, where a record may have no key or be a tombstone. It
    /// sees such a record if the codecs have items for null; otherwise the record takes the time
    /// it carries.
    pub(crate) fn of_nullable(
        self,
        key_codec: SharedCodec<K>,
        value_codec: SharedCodec<V>,
    ) -> TimestampExtractor<Option<K>, Option<V>>
    where
        K: 'static,
        V: 'static,
    {
        let (when_invalid, ahead) = (self.when_invalid, self.ahead);
        let origin = match self.origin {
            Origin::Record => Origin::Record,
            Origin::WallClock => Origin::WallClock,
            Origin::Field(_) | Origin::General(_) => Origin::General(Arc::new(
                move |key: &Option<K>, value: &Option<V>, times: &ExtractContext| match (key, value)
                {
                    (Some(key), Some(value)) => self.extract(key, value, times),
                    (key, value) => {
                        let (null_key, null_value) = (null(&*key_codec), null(&*value_codec));
                        let key = key.as_ref().or(null_key.as_ref());
                        match (key, value.as_ref().or(null_value.as_ref())) {
                            (Some(key), Some(value)) => self.extract(key, value, times),
                            _ => Extracted::At(times.record),
                        }
                    }
                },
            )),
        };
        TimestampExtractor {
            ahead,
            ..TimestampExtractor::new(origin, when_invalid)
        }
    }

    /// Whatever `extract` makes of the key, the value and the times at hand. If it answers with a
    /// negative time, the record is dropped and counted.
    ///
    /// Semantics: an extractor of the user's own in Java.
    ///
    /// ```
    /// use headwater_core::time::{Extracted, TimestampExtractor};
    ///
    /// // Devices whose clock runs ahead are stamped on arrival.
    /// let extractor = TimestampExtractor::<String, f64>::from_fn(|_, _, times| {
    ///     Extracted::At(times.record.min(times.wall_clock))
    /// });
    /// # let _ = extractor;
    /// ```
    pub fn from_fn<F>(extract: F) -> Self
    where
        F: Fn(&K, &V, &ExtractContext) -> Extracted + Send + Sync + 'static,
    {
        Self::new(Origin::General(Arc::new(extract)), WhenInvalid::Skip)
    }

    /// Makes a negative time a failure.
    #[must_use]
    pub fn or_fail(self) -> Self {
        Self {
            when_invalid: WhenInvalid::Fail,
            ..self
        }
    }

    /// Drops and counts a record whose time is negative.
    #[must_use]
    pub fn or_skip(self) -> Self {
        Self {
            when_invalid: WhenInvalid::Skip,
            ..self
        }
    }

    /// Puts the time of the partition in the place of a negative time; before the first valid
    /// time of a partition there is none, and the record is a failure.
    #[must_use]
    pub fn or_partition_time(self) -> Self {
        Self {
            when_invalid: WhenInvalid::PartitionTime,
            ..self
        }
    }

    /// The event time of a record, or what becomes of it without one.
    ///
    /// A record that carries its time costs no call through a pointer.
    #[inline]
    pub fn extract(&self, key: &K, value: &V, context: &ExtractContext) -> Extracted {
        let found = match &self.origin {
            Origin::Record => context.record,
            Origin::WallClock => context.wall_clock,
            Origin::Field(field) => field(key, value),
            Origin::General(extract) => match extract(key, value, context) {
                Extracted::At(found) => found,
                refused => return refused,
            },
        };
        match &self.ahead {
            _ if !found.is_valid() => self.settle_invalid(context.partition_time),
            Some(ahead) if found > context.wall_clock.saturating_add(ahead.limit) => {
                match ahead.then {
                    WhenAhead::Skip => Extracted::Skip,
                    WhenAhead::WallClock => Extracted::At(context.wall_clock),
                }
            }
            _ => Extracted::At(found),
        }
    }

    /// Drops and counts a record whose time lies further ahead of the wall clock than this.
    ///
    /// One record of the far future would close every window of its task. Kafka Streams has no
    /// such guard.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::time::{ExtractContext, Extracted, Timestamp, TimestampExtractor};
    ///
    /// let extractor = TimestampExtractor::<(), ()>::record_time()
    ///     .drop_if_ahead_by(Duration::from_millis(50));
    /// let stamped = |record| ExtractContext {
    ///     record: Timestamp::from_millis(record),
    ///     partition_time: Timestamp::UNKNOWN,
    ///     wall_clock: Timestamp::from_millis(1_000),
    /// };
    /// assert_eq!(
    ///     extractor.extract(&(), &(), &stamped(1_050)),
    ///     Extracted::At(Timestamp::from_millis(1_050))
    /// );
    /// assert_eq!(extractor.extract(&(), &(), &stamped(1_051)), Extracted::Skip);
    /// ```
    #[must_use]
    pub fn drop_if_ahead_by(self, limit: Duration) -> Self {
        self.guarded(limit, WhenAhead::Skip)
    }

    /// Takes the wall clock in the place of a time that lies further ahead of it than this.
    #[must_use]
    pub fn clamp_if_ahead_by(self, limit: Duration) -> Self {
        self.guarded(limit, WhenAhead::WallClock)
    }

    /// With the guard of another extractor, if it has none of its own.
    pub(crate) fn guarded_as(self, other: &Self) -> Self {
        Self {
            ahead: self.ahead.or(other.ahead),
            ..self
        }
    }

    fn guarded(self, limit: Duration, then: WhenAhead) -> Self {
        Self {
            ahead: Some(Ahead { limit, then }),
            ..self
        }
    }

    const fn new(origin: Origin<K, V>, when_invalid: WhenInvalid) -> Self {
        Self {
            origin,
            when_invalid,
            ahead: None,
        }
    }

    #[cold]
    fn settle_invalid(&self, partition_time: Timestamp) -> Extracted {
        match self.when_invalid {
            WhenInvalid::Skip => Extracted::Skip,
            WhenInvalid::PartitionTime if partition_time.is_valid() => {
                Extracted::At(partition_time)
            }
            WhenInvalid::PartitionTime | WhenInvalid::Fail => Extracted::Fail,
        }
    }
}

/// The item that a codec has for null, if any.
fn null<T: 'static>(codec: &dyn Codec<Item = T>) -> Option<T> {
    let place = Place {
        topic: "",
        part: Part::Key,
    };
    codec.decode(None, place).ok()
}

impl<K, V> Default for TimestampExtractor<K, V> {
    fn default() -> Self {
        Self::record_time()
    }
}

// Derives would ask the same of `K` and `V`, of which no value is kept.
impl<K, V> Clone for Origin<K, V> {
    fn clone(&self) -> Self {
        match self {
            Self::Record => Self::Record,
            Self::WallClock => Self::WallClock,
            Self::Field(field) => Self::Field(Arc::clone(field)),
            Self::General(extract) => Self::General(Arc::clone(extract)),
        }
    }
}

impl<K, V> Clone for TimestampExtractor<K, V> {
    fn clone(&self) -> Self {
        Self {
            origin: self.origin.clone(),
            when_invalid: self.when_invalid,
            ahead: self.ahead,
        }
    }
}

impl<K, V> fmt::Debug for TimestampExtractor<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = match self.origin {
            Origin::Record => "record",
            Origin::WallClock => "wall clock",
            Origin::Field(_) => "field",
            Origin::General(_) => "closure",
        };
        f.debug_struct("TimestampExtractor")
            .field("origin", &origin)
            .field("when_invalid", &self.when_invalid)
            .field("ahead", &self.ahead)
            .finish()
    }
}
