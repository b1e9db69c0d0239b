//! `{"value": n}` becomes `{"original_value": n, "doubled_value": 2n}`.

use anyhow::{Context, Result};
use headwater::codec::{CodecExt as _, Json, RawBytes};
use headwater::prelude::{Consumed, Failure, Produced, StreamsBuilder};
use serde::{Deserialize, Serialize};

use super::Random;

/// Values lie between 0 and this, so that a double fits.
const VALUES: u64 = 1_000_000_000;

const TOO_LARGE: &str = "the double exceeds 64 bits";

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Input {
    value: i64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Output {
    original_value: i64,
    doubled_value: i64,
}

impl Output {
    /// None if the double does not fit.
    fn of(input: Input) -> Option<Self> {
        Some(Self {
            original_value: input.value,
            doubled_value: input.value.checked_mul(2)?,
        })
    }
}

pub(super) fn describe(builder: &StreamsBuilder, from: &str, to: &str) {
    let key = RawBytes.nullable();
    builder
        .stream(from, Consumed::with(key, Json::<Input>::new()))
        .try_map_values(|input| Output::of(input).ok_or_else(|| Failure::new(TOO_LARGE)))
        .to(to, Produced::with(key, Json::<Output>::new()));
}

pub(super) fn apply<'a>(value: Option<&[u8]>, room: &'a mut Vec<u8>) -> Result<&'a [u8]> {
    let input = serde_json::from_slice(value.context("the value is null")?)?;
    let output = Output::of(input).context(TOO_LARGE)?;
    room.clear();
    serde_json::to_writer(&mut *room, &output)?;
    Ok(room)
}

pub(super) fn write_value(random: &mut Random, value: &mut Vec<u8>) {
    let text = format!("{{\"value\":{}}}", random.below(VALUES));
    value.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(value: &[u8]) -> Result<String, String> {
        let mut room = b"left over".to_vec();
        let bytes = apply(Some(value), &mut room).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn value_and_its_double_are_written() {
        let expected = r#"{"original_value":-21,"doubled_value":-42}"#;
        assert_eq!(applied(br#"{"value": -21}"#).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_doubled_is_refused() {
        let error = applied(br#"{"value":9223372036854775807}"#).unwrap_err();
        assert_eq!(error, "the double exceeds 64 bits");
        assert!(applied(br#"{"value":"7"}"#).is_err());
        assert!(apply(None, &mut Vec::new()).is_err());
    }
}
