//! Codecs of windowed keys on topics.
//!
//! The layout is drawn in `docs/formats.md`, "Window keys" and "Session keys".

use std::time::Duration;

use super::{Window, Windowed};
use crate::codec::{Codec, CodecError, IsNull, Place};
use crate::time::{Timestamp, duration_millis};

const TIME_BYTES: usize = 8;

/// Keys of time windows: `key ‖ start(8)`. The end follows from the size.
///
/// Semantics: `org.apache.kafka.streams.kstream.TimeWindowedSerializer` and its deserializer.
///
/// ```
/// use std::time::Duration;
/// use headwater_core::prelude::*;
/// use headwater_core::window::TimeWindowed;
///
/// let minute = TimeWindowed::new(Utf8, Duration::from_secs(60));
/// let produced = Produced::with(minute, I64.nullable());
/// # let _ = produced;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TimeWindowed<C> {
    key: C,
    size_ms: i64,
}

impl<C> TimeWindowed<C> {
    /// Keys of this codec, in windows of this size.
    pub fn new(key: C, size: Duration) -> Self {
        Self {
            key,
            size_ms: duration_millis(size),
        }
    }
}

impl<C: Codec> Codec for TimeWindowed<C> {
    type Item = Windowed<C::Item>;

    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Self::Item, CodecError> {
        let bytes = bytes.ok_or(CodecError::null())?;
        let split = bytes.split_last_chunk::<TIME_BYTES>();
        let (key, start) = split.ok_or(CodecError::length(TIME_BYTES, bytes.len()))?;
        let window = Window::of_ms(i64::from_be_bytes(*start), self.size_ms);
        Ok(Windowed::new(self.key.decode(Some(key), place)?, window))
    }

    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        let is_null = self.key.encode(&item.key, out, place)?;
        append(out, item.window.start);
        Ok(is_null)
    }

    fn is_null(&self, item: &Self::Item) -> bool {
        self.key.is_null(&item.key)
    }
}

/// Keys of sessions: `key ‖ end(8) ‖ start(8)`.
///
/// Semantics: `org.apache.kafka.streams.kstream.SessionWindowedSerializer` and its deserializer.
#[derive(Clone, Copy, Debug)]
pub struct SessionWindowed<C> {
    key: C,
}

impl<C> SessionWindowed<C> {
    /// Keys of this codec, in sessions.
    pub const fn new(key: C) -> Self {
        Self { key }
    }
}

impl<C: Codec> Codec for SessionWindowed<C> {
    type Item = Windowed<C::Item>;

    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Self::Item, CodecError> {
        let bytes = bytes.ok_or(CodecError::null())?;
        let too_short = || CodecError::length(2 * TIME_BYTES, bytes.len());
        let (rest, start) = bytes
            .split_last_chunk::<TIME_BYTES>()
            .ok_or_else(too_short)?;
        let (key, end) = rest
            .split_last_chunk::<TIME_BYTES>()
            .ok_or_else(too_short)?;
        let time = |bytes: &[u8; TIME_BYTES]| Timestamp::from_millis(i64::from_be_bytes(*bytes));
        let window = Window::new(time(start), time(end));
        Ok(Windowed::new(self.key.decode(Some(key), place)?, window))
    }

    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        let is_null = self.key.encode(&item.key, out, place)?;
        append(out, item.window.end);
        append(out, item.window.start);
        Ok(is_null)
    }

    fn is_null(&self, item: &Self::Item) -> bool {
        self.key.is_null(&item.key)
    }
}

fn append(out: &mut Vec<u8>, time: Timestamp) {
    out.extend_from_slice(&time.as_millis().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Part, Utf8};

    const PLACE: Place<'static> = Place {
        topic: "t",
        part: Part::Key,
    };

    fn windowed(start_ms: i64, end_ms: i64) -> Windowed<String> {
        let time = Timestamp::from_millis;
        Windowed::new("a".to_owned(), Window::new(time(start_ms), time(end_ms)))
    }

    #[test]
    fn a_time_window_is_written_as_key_and_start() {
        let codec = TimeWindowed::new(Utf8, Duration::from_millis(10));
        let mut bytes = Vec::new();
        codec.encode(&windowed(20, 30), &mut bytes, PLACE).unwrap();
        assert_eq!(bytes, b"a\0\0\0\0\0\0\0\x14");
        assert_eq!(codec.decode(Some(&bytes), PLACE).unwrap(), windowed(20, 30));
        assert!(codec.decode(Some(b"short"), PLACE).is_err());
    }

    #[test]
    fn a_session_is_written_as_key_end_and_start() {
        let codec = SessionWindowed::new(Utf8);
        let mut bytes = Vec::new();
        codec.encode(&windowed(1, 2), &mut bytes, PLACE).unwrap();
        assert_eq!(bytes, b"a\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x01");
        assert_eq!(codec.decode(Some(&bytes), PLACE).unwrap(), windowed(1, 2));
        assert!(codec.decode(Some(b"not enough"), PLACE).is_err());
    }
}
