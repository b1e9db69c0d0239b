//! Windows: how event time is cut into pieces, and keys that name a piece.

mod codec;
mod hopping;
mod join;
mod session;
mod sliding;
mod tumbling;

pub use codec::{SessionWindowed, TimeWindowed};
pub use hopping::HoppingWindows;
pub use join::JoinWindows;
pub use session::SessionWindows;
pub use sliding::SlidingWindows;
pub use tumbling::TumblingWindows;

use crate::time::Timestamp;

/// A piece of event time.
///
/// Tumbling and hopping windows end before `end`; sliding windows and sessions include it.
///
/// Semantics: `org.apache.kafka.streams.kstream.Window`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// First moment.
    pub start: Timestamp,
    /// End, or last moment.
    pub end: Timestamp,
}

impl Window {
    /// The window from `start` to `end`.
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// The window of this many milliseconds from `start`; ends at the end of time at the latest.
    pub(crate) const fn of_ms(start_ms: i64, size_ms: i64) -> Self {
        Self {
            start: Timestamp::from_millis(start_ms),
            end: Timestamp::from_millis(start_ms.saturating_add(size_ms)),
        }
    }
}

/// A key within a window: the key of a windowed table.
///
/// Semantics: `org.apache.kafka.streams.kstream.Windowed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Windowed<K> {
    /// The key.
    pub key: K,
    /// The window.
    pub window: Window,
}

impl<K> Windowed<K> {
    /// A key within a window.
    pub const fn new(key: K, window: Window) -> Self {
        Self { key, window }
    }

    /// The key alone.
    pub fn into_key(self) -> K {
        self.key
    }
}

/// When a windowed aggregation passes its rows on.
///
/// Semantics: `org.apache.kafka.streams.kstream.EmitStrategy` (KIP-825).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Emit {
    /// With every update of a window.
    #[default]
    OnUpdate,
    /// Once, when the window closes: when stream time has passed its end and grace.
    OnClose,
}
