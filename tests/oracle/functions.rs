//! The functions that cases name: value, key, flat and predicate functions.

use headwater_core::failure::Failure;
use serde_json::Value as Json;

use crate::value::{Type, Value};

/// A function with its argument.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    name: String,
    text: String,
    number: i64,
}

impl Function {
    pub(crate) fn from_json(json: &Json) -> Self {
        let arg = json.get("arg");
        Self {
            name: json["fn"].as_str().unwrap_or_default().to_owned(),
            text: match arg {
                Some(Json::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            },
            number: arg.and_then(Json::as_i64).unwrap_or(0),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its argument as a text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The type a value function gives.
    pub(crate) fn value_type(&self, of: Type) -> Result<Type, String> {
        match self.name.as_str() {
            "identity" | "null_if" | "fail_on" => Ok(of),
            "length" | "add" | "mul" | "mod" => Ok(Type::Long),
            "upper" | "append" | "repeat" | "to_string" | "before" | "const" | "key_value" => {
                Ok(Type::Text)
            }
            other => Err(format!("value function {other}")),
        }
    }

    pub(crate) fn value(&self, key: &Value, value: Value) -> Result<Value, Failure> {
        match self.name.as_str() {
            "const" => return Ok(Value::Text(self.text.clone())),
            "key_value" => return Ok(Value::Text(format!("{}:{}", key.text(), value.text()))),
            _ if value.is_null() => return Ok(Value::Null),
            _ => {}
        }
        let text = value.text();
        let long = value.long().unwrap_or(0);
        Ok(match self.name.as_str() {
            "upper" => Value::Text(text.to_ascii_uppercase()),
            "append" => Value::Text(text + &self.text),
            "repeat" => Value::Text(text.repeat(usize::try_from(self.number)?)),
            "length" => Value::Long(i64::try_from(text.encode_utf16().count())?),
            "add" => Value::Long(long.wrapping_add(self.number)),
            "mul" => Value::Long(long.wrapping_mul(self.number)),
            "mod" => Value::Long(long.wrapping_rem(self.number)),
            "to_string" => Value::Text(text),
            "before" => text
                .split_once(&self.text)
                .map_or(Value::Null, |(before, _)| Value::Text(before.to_owned())),
            "null_if" if text == self.text => Value::Null,
            "fail_on" if text == self.text => return Err(Failure::new("boom")),
            _ => value,
        })
    }

    /// The type a key function gives.
    pub(crate) fn key_type(&self, key: Type) -> Result<Type, String> {
        match self.name.as_str() {
            "key" => Ok(key),
            "value_long" => Ok(Type::Long),
            "null" | "const" | "value" | "prefix" | "before" | "after" | "mod" | "concat"
            | "key_prefix" => Ok(Type::Text),
            other => Err(format!("key function {other}")),
        }
    }

    pub(crate) fn key(&self, key: &Value, value: &Value) -> Value {
        let of_value = |make: &dyn Fn(String) -> Option<String>| {
            let text = (!value.is_null()).then(|| value.text());
            text.and_then(make).map_or(Value::Null, Value::Text)
        };
        let of_key = |make: &dyn Fn(String) -> String| {
            if key.is_null() {
                Value::Null
            } else {
                Value::Text(make(key.text()))
            }
        };
        let first = |text: String| {
            text.chars()
                .take(usize::try_from(self.number).unwrap_or(0))
                .collect::<String>()
        };
        match self.name.as_str() {
            "key" => key.clone(),
            "const" => Value::Text(self.text.clone()),
            "value" => of_value(&Some),
            "value_long" => value.long().map_or(Value::Null, Value::Long),
            "prefix" => of_value(&|text| Some(first(text))),
            "before" => of_value(&|text| Some(text.split_once(&self.text)?.0.to_owned())),
            "after" => of_value(&|text| Some(text.split_once(&self.text)?.1.to_owned())),
            "mod" => of_value(&|_| Some(value.long()?.wrapping_rem(self.number).to_string())),
            "concat" => of_key(&|text| text + &self.text),
            "key_prefix" => of_key(&first),
            _ => Value::Null,
        }
    }

    pub(crate) fn is_flat(&self) -> Result<(), String> {
        match self.name.as_str() {
            "split" | "times" => Ok(()),
            other => Err(format!("flat function {other}")),
        }
    }

    pub(crate) fn parts(&self, value: &Value) -> Vec<Value> {
        if value.is_null() {
            return Vec::new();
        }
        match self.name.as_str() {
            "split" => value
                .text()
                .split(&self.text)
                .map(|part| Value::Text(part.to_owned()))
                .collect(),
            _ => vec![value.clone(); usize::try_from(self.number).unwrap_or(0)],
        }
    }

    pub(crate) fn is_predicate(&self) -> Result<(), String> {
        match self.name.as_str() {
            "true" | "false" | "gt" | "lt" | "even" | "eq" | "contains" | "longer" | "not_null"
            | "key_eq" => Ok(()),
            other => Err(format!("predicate {other}")),
        }
    }

    pub(crate) fn holds(&self, key: &Value, value: &Value) -> bool {
        match self.name.as_str() {
            "true" => return true,
            "false" => return false,
            "key_eq" => return !key.is_null() && key.text() == self.text,
            _ if value.is_null() => return false,
            _ => {}
        }
        let long = value.long();
        match self.name.as_str() {
            "gt" => long.is_some_and(|long| long > self.number),
            "lt" => long.is_some_and(|long| long < self.number),
            "even" => long.is_some_and(|long| long % 2 == 0),
            "eq" => value.text() == self.text,
            "contains" => value.text().contains(&self.text),
            "longer" => i64::try_from(value.text().encode_utf16().count())
                .is_ok_and(|length| length > self.number),
            _ => true,
        }
    }

    /// The type a joiner gives.
    pub(crate) fn joiner_type(&self, left: Type, right: Type) -> Result<Type, String> {
        match self.name.as_str() {
            "concat" | "concat_or_null" => Ok(Type::Text),
            "left" => Ok(left),
            "right" => Ok(right),
            "sum" => Ok(Type::Long),
            other => Err(format!("joiner {other}")),
        }
    }

    pub(crate) fn join(&self, left: &Value, right: &Value) -> Value {
        let concat = || Value::Text(format!("{}{}{}", left.text(), self.text, right.text()));
        match self.name.as_str() {
            "left" => left.clone(),
            "right" => right.clone(),
            "sum" => {
                let long = |value: &Value| value.long().unwrap_or(0);
                Value::Long(long(left).wrapping_add(long(right)))
            }
            "concat_or_null" if left.is_null() || right.is_null() => Value::Null,
            _ => concat(),
        }
    }
}
