//! Kafka Streams' key formats. All numbers are big-endian, so that times sort as bytes.
//!
//! A local key begins with the number of its time segment, so that a segment is one range of
//! keys and is dropped whole. What follows is the key of the changelog.

mod session;
mod window;

pub use session::SessionKey;
pub use window::{WindowKey, WindowPlace};

/// Bytes of the segment number before a local key.
pub const SEGMENT_BYTES: usize = 8;

/// Time segments of one length.
///
/// Semantics: `org.apache.kafka.streams.state.internals.AbstractSegments`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    interval_ms: i64,
}

impl Segments {
    /// Segments of this many milliseconds, at least one.
    pub const fn of_ms(interval_ms: i64) -> Self {
        Self {
            interval_ms: if interval_ms < 1 { 1 } else { interval_ms },
        }
    }

    /// Kafka Streams' choice for a retention: half of it, but at least a minute.
    pub const fn for_retention_ms(retention_ms: i64) -> Self {
        let half = retention_ms / 2;
        Self::of_ms(if half < 60_000 { 60_000 } else { half })
    }

    /// Kafka Streams' choice for the history of versions: shorter ones for a short history, so
    /// that a key has several versions in each but few segments are read.
    pub const fn for_history_ms(history_ms: i64) -> Self {
        let (share, least) = if history_ms <= 60_000 {
            (history_ms / 3, 2_000)
        } else if history_ms <= 300_000 {
            (history_ms / 5, 20_000)
        } else if history_ms <= 3_600_000 {
            (history_ms / 12, 60_000)
        } else {
            (history_ms / 24, 300_000)
        };
        Self::of_ms(if share < least { least } else { share })
    }

    /// The number of the segment that a time lies in.
    pub const fn of(self, time_ms: i64) -> i64 {
        time_ms.div_euclid(self.interval_ms)
    }

    /// The first time that lies in a segment.
    pub const fn start_ms_of(self, segment: i64) -> i64 {
        segment.saturating_mul(self.interval_ms)
    }

    /// The segment of a local key.
    pub fn segment_of(local_key: &[u8]) -> Option<i64> {
        i64_at(local_key, 0).map(|number| number ^ i64::MIN)
    }

    /// What local keys of a segment begin with.
    pub const fn first_key_of(segment: i64) -> [u8; SEGMENT_BYTES] {
        sortable(segment)
    }
}

/// A number as bytes that sort as it does, negative ones first.
pub(crate) const fn sortable(number: i64) -> [u8; 8] {
    (number ^ i64::MIN).to_be_bytes()
}

/// Reads eight bytes at a place.
pub(crate) fn i64_at(bytes: &[u8], place: usize) -> Option<i64> {
    let end = place.checked_add(8)?;
    let bytes = bytes.get(place..end)?.try_into().ok()?;
    Some(i64::from_be_bytes(bytes))
}

/// The smallest key after all that begin with these bytes; `None` if there is none.
pub fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut after = prefix.get(..=last)?.to_vec();
    if let Some(byte) = after.last_mut() {
        *byte += 1;
    }
    Some(after)
}
