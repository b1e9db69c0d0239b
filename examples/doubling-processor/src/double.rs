//! What the program does: `{"value": n}` becomes `{"original_value": n, "doubled_value": 2n}`.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What is read: a JSON object with a number called `value`; its other fields are ignored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "Box<RawValue>")]
pub struct Input {
    value: Number,
}

/// What is written for it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Doubled {
    original_value: Number,
    doubled_value: Number,
}

impl From<Input> for Doubled {
    fn from(input: Input) -> Self {
        Self {
            doubled_value: input.value.doubled(),
            original_value: input.value,
        }
    }
}

impl TryFrom<Box<RawValue>> for Input {
    type Error = BadInput;

    fn try_from(json: Box<RawValue>) -> Result<Self, BadInput> {
        #[derive(Deserialize)]
        struct Fields {
            value: Number,
        }
        // Serde would take `[1]` as well: a list of the fields.
        if !json.get().starts_with('{') {
            return Err(BadInput::NotAnObject);
        }
        let Fields { value } = serde_json::from_str(json.get())?;
        Ok(Self { value })
    }
}

/// Why a JSON text is nothing to double.
#[derive(Debug, thiserror::Error)]
pub enum BadInput {
    /// It is a list, a text, a number, ... of its own.
    #[error("expected an object such as {{\"value\": 21}}")]
    NotAnObject,
    /// The value is a text, a list, ...
    #[error("expected a number, got {0}")]
    NotANumber(&'static str),
    /// The object has no `value`, or two.
    #[error(transparent)]
    Fields(#[from] serde_json::Error),
}

/// A JSON number of any size, kept as the text it was written in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "Box<RawValue>")]
struct Number(Box<RawValue>);

impl Number {
    /// Twice the number, exactly.
    ///
    /// Its digits are doubled as by hand, from the right; the exponent stays. So `1e400` is as
    /// good as 7, which no type of a fixed size can say.
    fn doubled(&self) -> Self {
        let number = self.0.get();
        let exponent_at = number.find(['e', 'E']).unwrap_or(number.len());
        let (mantissa, exponent) = number.split_at(exponent_at);
        let (sign, digits) = match mantissa.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", mantissa),
        };
        let text = format!("{sign}{}{exponent}", double_digits(digits));
        Self(RawValue::from_string(text).expect("a number with other digits is a number"))
    }
}

impl TryFrom<Box<RawValue>> for Number {
    type Error = BadInput;

    fn try_from(json: Box<RawValue>) -> Result<Self, BadInput> {
        match json.get().as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => Ok(Self(json)),
            Some(b'"') => Err(BadInput::NotANumber("a string")),
            Some(b'{') => Err(BadInput::NotANumber("an object")),
            Some(b'[') => Err(BadInput::NotANumber("an array")),
            Some(b'n') => Err(BadInput::NotANumber("null")),
            _ => Err(BadInput::NotANumber("a boolean")),
        }
    }
}

/// Twice some decimal digits, of which one may be followed by a point.
fn double_digits(digits: &str) -> String {
    let mut carry = 0;
    let mut doubled: Vec<char> = Vec::with_capacity(digits.len() + 1);
    for digit in digits.chars().rev() {
        doubled.push(match digit.to_digit(10) {
            Some(digit) => {
                let twice = 2 * digit + carry;
                carry = twice / 10;
                char::from_digit(twice % 10, 10).expect("a remainder of ten is a digit")
            }
            None => digit,
        });
    }
    if carry > 0 {
        doubled.push('1');
    }
    doubled.iter().rev().collect()
}
