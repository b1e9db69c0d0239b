//! How long updates of a table are held back.

use std::fmt;
use std::time::Duration;

use crate::codec::Codec;
use crate::time::Timestamp;
use crate::topology::Logging;
use crate::window::{Window, Windowed};

/// What a buffer that is full does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// Passes the earliest updates on.
    EmitEarly,
    /// Stops the task.
    Stop,
}

/// How much a buffer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BufferBounds {
    pub(crate) records_max: u64,
    pub(crate) bytes_max: u64,
    pub(crate) when_full: WhenFull,
}

impl BufferBounds {
    const fn unbounded(when_full: WhenFull) -> Self {
        Self {
            records_max: u64::MAX,
            bytes_max: u64::MAX,
            when_full,
        }
    }
}

/// A buffer that stops its task, by the failure policy, rather than pass anything on early.
///
/// Semantics: `org.apache.kafka.streams.kstream.Suppressed.StrictBufferConfig`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrictBuffer(BufferBounds);

impl StrictBuffer {
    /// Holds as much as there is memory for.
    pub const fn unbounded() -> Self {
        Self(BufferBounds::unbounded(WhenFull::Stop))
    }

    /// Holds at most so many keys.
    #[must_use]
    pub const fn records_max(mut self, records: u64) -> Self {
        self.0.records_max = records;
        self
    }

    /// Holds at most so many bytes, as Kafka Streams counts them: keys, values, headers, topic
    /// names, and constants for what belongs to each record.
    #[must_use]
    pub const fn bytes_max(mut self, bytes: u64) -> Self {
        self.0.bytes_max = bytes;
        self
    }
}

/// A buffer that passes the earliest updates on, before their time, when it is full.
///
/// Semantics: `org.apache.kafka.streams.kstream.Suppressed.EagerBufferConfig`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EagerBuffer(BufferBounds);

impl EagerBuffer {
    /// Holds at most so many keys.
    pub const fn of_records(records: u64) -> Self {
        let mut bounds = BufferBounds::unbounded(WhenFull::EmitEarly);
        bounds.records_max = records;
        Self(bounds)
    }

    /// Holds at most so many bytes; see [`StrictBuffer::bytes_max`].
    pub const fn of_bytes(bytes: u64) -> Self {
        let mut bounds = BufferBounds::unbounded(WhenFull::EmitEarly);
        bounds.bytes_max = bytes;
        Self(bounds)
    }

    /// Holds at most so many bytes, too.
    #[must_use]
    pub const fn bytes_max(mut self, bytes: u64) -> Self {
        self.0.bytes_max = bytes;
        self
    }
}

/// A buffer of either kind, for a suppression that may pass updates on early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuppressionBuffer(BufferBounds);

impl From<StrictBuffer> for SuppressionBuffer {
    fn from(buffer: StrictBuffer) -> Self {
        Self(buffer.0)
    }
}

impl From<EagerBuffer> for SuppressionBuffer {
    fn from(buffer: EagerBuffer) -> Self {
        Self(buffer.0)
    }
}

/// A key that lies in a window: what a suppression until windows close needs.
#[diagnostic::on_unimplemented(
    message = "keys `{Self}` lie in no window",
    label = "only the rows of a windowed aggregation can wait until their windows close",
    note = "hold rows of other tables back with `Suppressed::until_time_limit`"
)]
pub trait InWindow {
    /// The window.
    fn window(&self) -> Window;
}

impl<K> InWindow for Windowed<K> {
    fn window(&self) -> Window {
        self.window
    }
}

/// Since when an update waits.
pub(crate) enum WaitsFrom<K> {
    /// Since its own time.
    RecordTime,
    /// Since the end of its window: it waits until the window closes.
    WindowEnd(fn(&K) -> Timestamp),
}

/// How long updates of a table are held back, and in what buffer.
///
/// Semantics: `org.apache.kafka.streams.kstream.Suppressed` (KIP-328).
#[must_use]
pub struct Suppressed<K, VC: Codec> {
    pub(crate) value: VC,
    pub(crate) from: WaitsFrom<K>,
    /// `None` until the windows' grace is known.
    pub(crate) wait: Option<Duration>,
    pub(crate) bounds: BufferBounds,
    /// Passes all that waits on when there was no record for so long.
    pub(crate) idle: Option<Duration>,
    pub(crate) name: Option<String>,
    pub(crate) logging: Logging,
}

impl<K, VC: Codec> Suppressed<K, VC> {
    /// Passes on only the last update of each window, when it closes: when stream time has
    /// passed its end and grace. Deletions are dropped. Values are buffered with this codec.
    pub fn until_window_closes(buffer: StrictBuffer, value: VC) -> Self
    where
        K: InWindow,
    {
        let from = WaitsFrom::WindowEnd(|key: &K| key.window().end);
        Self::new(from, None, buffer.0, value)
    }

    /// Passes on of each key only the last update within so long after the first that waits.
    /// Values are buffered with this codec.
    pub fn until_time_limit(
        limit: Duration,
        buffer: impl Into<SuppressionBuffer>,
        value: VC,
    ) -> Self {
        Self::new(WaitsFrom::RecordTime, Some(limit), buffer.into().0, value)
    }

    fn new(from: WaitsFrom<K>, wait: Option<Duration>, bounds: BufferBounds, value: VC) -> Self {
        Self {
            value,
            from,
            wait,
            bounds,
            idle: None,
            name: None,
            logging: Logging::default(),
        }
    }

    /// Passes on all that waits when the table was not updated for so long, by the wall clock:
    /// without a later record nothing would leave.
    ///
    /// Until windows close, they close then as if stream time had passed their ends and the
    /// grace; later updates of them are dropped and counted. Updates that wait in a cache
    /// upstream are not forgotten: they are flushed first, and then the table is not idle.
    /// Kafka Streams waits for ever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let minute = Duration::from_secs(60);
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(TumblingWindows::of(minute))
    ///     .count_with(Materialized::named("clicks-per-minute", I64))
    ///     .suppress(
    ///         Suppressed::until_window_closes(StrictBuffer::unbounded(), I64)
    ///             .named("final")
    ///             .close_when_idle(minute),
    ///     )
    ///     .into_stream()
    ///     .to("counts", Produced::with(TimeWindowed::new(Utf8, minute), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).at_ms(1_000).push("ann", "/")?.push("ann", "/buy")?;
    /// driver.advance_wall_clock(minute)?;
    /// let mut counts = driver.output("counts", TimeWindowed::new(Utf8, minute), I64);
    /// assert_eq!(counts.values()?, [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn close_when_idle(mut self, delay: Duration) -> Self {
        self.idle = Some(delay);
        self
    }

    /// Names the node, and its buffer `<name>-store`.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes no changelog: what waits is lost when the task moves or its machine does.
    pub fn unlogged(mut self) -> Self {
        self.logging = Logging::Off;
        self
    }

    /// Configures the changelog topic.
    pub fn changelog_config<N: Into<String>, T: Into<String>>(
        mut self,
        config: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        let config = config.into_iter();
        let config = config.map(|(name, value)| (name.into(), value.into()));
        self.logging = Logging::Changelog {
            config: config.collect(),
        };
        self
    }
}

impl<K, VC: Codec> fmt::Debug for Suppressed<K, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suppressed")
            .field("wait", &self.wait)
            .field("bounds", &self.bounds)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
