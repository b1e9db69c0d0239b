//! What is doubled how, what is refused in which words, and that nothing panics.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;
use headwater::codec::{Codec as _, Json, Part, Place};
use proptest::prelude::*;

use doubling_processor::double::{Doubled, Input};

const PLACE: Place<'static> = Place {
    topic: "input_topic",
    part: Part::Value,
};

/// What the program makes of the bytes of a record, or why it refuses them.
fn doubled(bytes: &[u8]) -> Result<String, String> {
    let input = Json::<Input>::new().decode(Some(bytes), PLACE);
    let doubled = Doubled::from(input.map_err(|error| error.to_string())?);
    let mut out = Vec::new();
    let encoded = Json::new().encode(&doubled, &mut out, PLACE);
    encoded.expect("a doubled record is JSON");
    Ok(String::from_utf8(out).expect("JSON is UTF-8"))
}

fn twice(number: &str) -> String {
    let json = doubled(format!(r#"{{"value":{number}}}"#).as_bytes());
    let json = json.expect("a number is doubled");
    let rest = json.strip_prefix(&format!(r#"{{"original_value":{number},"doubled_value":"#));
    let twice = rest.unwrap_or_else(|| panic!("{number} is not kept in {json}"));
    twice.trim_end_matches('}').to_owned()
}

#[test]
fn numbers_of_any_size_and_form_are_doubled_exactly() {
    for (number, expected) in [
        ("0", "0"),
        ("-0", "-0"),
        ("-0.0", "-0.0"),
        ("4", "8"),
        ("5", "10"),
        ("21", "42"),
        ("-21", "-42"),
        ("0.1", "0.2"),
        ("0.5", "1.0"),
        ("2.5", "5.0"),
        ("9.99", "19.98"),
        ("-999.5", "-1999.0"),
        ("9223372036854775807", "18446744073709551614"),
        ("18446744073709551615", "36893488147419103230"),
        (
            "170141183460469231731687303715884105728",
            "340282366920938463463374607431768211456",
        ),
        (
            "1000000000000000000000000000000",
            "2000000000000000000000000000000",
        ),
        ("1e400", "2e400"),
        ("5E-400", "10E-400"),
        ("1.5e+3", "3.0e+3"),
        ("-7.25e99999999999999999999", "-14.50e99999999999999999999"),
    ] {
        assert_eq!(twice(number), expected);
    }
}

#[test]
fn a_number_of_a_million_digits_is_doubled() {
    assert_eq!(twice(&"5".repeat(1_000_000)).len(), 1_000_001);
}

#[test]
fn what_stands_around_the_value_does_not_matter() {
    let expected = r#"{"original_value":21,"doubled_value":42}"#;
    for input in [
        r#"{"value":21}"#,
        " {\n\t\"value\" : 21 }\r\n",
        r#"{"id": "a", "value": 21, "more": [1e999, {"value": "x"}]}"#,
        r#"{"\u0076alue": 21}"#,
    ] {
        assert_eq!(doubled(input.as_bytes()).unwrap(), expected, "{input}");
    }
}

#[test]
fn bad_input_is_refused_with_its_reason() {
    for (input, reason) in [
        (&b""[..], "EOF while parsing"),
        (b"hello", "expected value"),
        (b"{\"value\": 1", "EOF while parsing"),
        (b"{\"value\": 1} 2", "trailing characters"),
        (b"{\"value\": 01}", "invalid number"),
        (b"{\"value\": +1}", "expected value"),
        (b"{\"value\": .5}", "expected value"),
        (b"{\"value\": NaN}", "expected value"),
        (b"{\"value\": 1, \"text\": \"\xff\"}", "invalid unicode"),
        (b"{}", "missing field `value`"),
        (b"{\"Value\": 1}", "missing field `value`"),
        (b"{\"value\": 1, \"value\": 2}", "duplicate field `value`"),
        (b"{\"value\": \"1\"}", "expected a number, got a string"),
        (b"{\"value\": true}", "expected a number, got a boolean"),
        (b"{\"value\": null}", "expected a number, got null"),
        (b"{\"value\": [1]}", "expected a number, got an array"),
        (b"{\"value\": {}}", "expected a number, got an object"),
        (b"[1]", "expected an object such as {\"value\": 21}"),
        (b"7", "expected an object"),
    ] {
        let refused = doubled(input).unwrap_err();
        let text = String::from_utf8_lossy(input);
        assert!(refused.contains(reason), "{text}: {refused}");
    }
}

#[test]
fn null_is_refused() {
    let refused = Json::<Input>::new().decode(None, PLACE).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("null where a value is needed")
    );
}

proptest! {
    #[test]
    fn integers_double_as_in_arithmetic(number: i64) {
        prop_assert_eq!(twice(&number.to_string()), (2 * i128::from(number)).to_string());
    }

    /// Goal: any JSON number. Method: compare with a library for decimal numbers.
    #[test]
    fn numbers_double_as_decimals_do(
        number in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?",
    ) {
        let twice = BigDecimal::from_str(&twice(&number)).unwrap();
        prop_assert_eq!(twice, BigDecimal::from_str(&number).unwrap() * 2);
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = doubled(&bytes);
    }

    #[test]
    fn nothing_that_looks_like_input_panics(
        text in "\\{?\"value\": ?[-+0-9.eE\"\\[{ntf]{0,12}[}\\] ,]{0,3}",
    ) {
        if let Ok(json) = doubled(text.as_bytes()) {
            let output: Result<Doubled, _> = serde_json::from_str(&json);
            prop_assert!(output.is_ok(), "{} gave {}", text, json);
        }
    }
}
