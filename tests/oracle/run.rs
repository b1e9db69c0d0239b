//! Running a case: build, then step by step, comparing as it goes.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use headwater_core::codec::RawBytes;
use headwater_core::codec::{Codec, CodecExt, IsNull, Part, Place};
use headwater_core::config::StreamsConfig;
use headwater_core::dsl::StreamsBuilder;
use headwater_core::failure::{Decision, FailurePolicy};
use headwater_core::record::{Header, Headers};
use headwater_core::time::Timestamp;
use headwater_testing::{DriverError, TopologyTestDriver};
use serde_json::Value as Json;

use crate::Outcome;
use crate::build::Build;
use crate::compare;
use crate::value::{Type, Value, ValueCodec, from_hex, to_hex};

/// A record that a step wrote to a topic.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) topic: String,
    pub(crate) key: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) timestamp: i64,
    pub(crate) headers: Vec<(String, Option<String>)>,
}

/// What a step did.
#[derive(Debug, Default)]
pub(crate) struct Did {
    pub(crate) written: Vec<Written>,
    pub(crate) dropped: u64,
}

/// The types of the source topics, by name.
type Inputs = HashMap<String, (Type, Type)>;

/// A case that was built and started.
struct Started {
    driver: TopologyTestDriver,
    inputs: Inputs,
    /// How its topology differs from what was recorded.
    differences: Vec<String>,
}

/// Runs a case and compares it with what was recorded.
pub(crate) fn case(case: &Json) -> Outcome {
    let mut started = match start(case) {
        Ok(started) => started,
        Err(outcome) => return outcome,
    };
    let differences = &mut started.differences;
    let expected = &case["expected"];
    let expected_error = expected["error"]["at"].as_str();
    for (number, step) in case["inputs"].as_array().into_iter().flatten().enumerate() {
        let (did, fed) = take_step(&mut started.driver, step, &started.inputs);
        let wanted = &expected["steps"][number];
        let unordered = &expected["unordered"];
        compare::step(number, &did, wanted, unordered, differences);
        let fails_here = expected_error == Some(&format!("step {number}"));
        match (fed, fails_here) {
            (Ok(()), false) => {}
            (Err(_), true) => break,
            (Ok(()), true) => {
                differences.push(format!("step {number} succeeds, and should not"));
                break;
            }
            (Err(error), false) => {
                differences.push(format!("step {number} fails: {error}"));
                break;
            }
        }
    }
    if expected_error.is_none() {
        compare::stores(&mut started.driver, expected, differences);
    }
    if differences.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Failed(started.differences)
    }
}

/// What every step of a case does; the error says why it stops before its end.
pub(crate) fn every_step(case: &Json) -> Result<Vec<Did>, String> {
    let mut started = match start(case) {
        Ok(started) => started,
        Err(Outcome::Failed(differences)) => return Err(differences.join("; ")),
        Err(Outcome::Unsupported(what)) => return Err(format!("{what} is not supported")),
        Err(Outcome::Passed | Outcome::Better(_)) => return Err("it does not build".to_owned()),
    };
    let steps = case["inputs"].as_array().into_iter().flatten();
    let steps = steps.enumerate().map(|(number, step)| {
        let (did, fed) = take_step(&mut started.driver, step, &started.inputs);
        fed.map_err(|error| format!("step {number} fails: {error}"))?;
        Ok(did)
    });
    steps.collect()
}

fn take_step(
    driver: &mut TopologyTestDriver,
    step: &Json,
    inputs: &Inputs,
) -> (Did, Result<(), DriverError>) {
    let dropped = driver.dropped();
    let fed = feed(driver, step, inputs);
    let did = Did {
        written: read_outputs(driver, step["topic"].as_str(), inputs),
        dropped: driver.dropped() - dropped,
    };
    (did, fed)
}

/// Builds and starts a case; what comes instead says why there is nothing to run.
fn start(case: &Json) -> Result<Started, Outcome> {
    let config = &case["config"];
    let builder = StreamsBuilder::configured_by(&configuration(config));
    let mut build = Build::new(&builder);
    for op in case["topology"].as_array().into_iter().flatten() {
        if let Err(what) = build.apply(op) {
            return Err(Outcome::Unsupported(what));
        }
    }
    let inputs = build.inputs;
    let expected = &case["expected"];
    let expected_error = expected["error"]["at"].as_str();
    let topology = match (builder.build(), expected_error) {
        (Err(_), Some("build" | "start")) => return Err(Outcome::Passed),
        (Err(error), _) => return Err(Outcome::Failed(vec![format!("does not build: {error}")])),
        (Ok(_), Some("build" | "start")) => {
            return Err(Outcome::Failed(vec!["builds, and should not".to_owned()]));
        }
        (Ok(topology), _) => topology,
    };
    let differences = compare::topology(&topology, expected);
    let made = TopologyTestDriver::builder(topology)
        .application_id("app")
        .started_at_ms(case["start_wall_ms"].as_i64().unwrap_or(0))
        .failure_policy(policy(config))
        .cache_bytes_max(cache_bytes_max(config))
        .as_one_task()
        .build();
    match made {
        Ok(driver) => Ok(Started {
            driver,
            inputs,
            differences,
        }),
        Err(error) => Err(Outcome::Failed(vec![format!("does not start: {error}")])),
    }
}

/// What a case sets, over what the contract fixes and what Kafka Streams has as defaults.
fn configuration(config: &Json) -> StreamsConfig {
    let fixed = StreamsConfig::new("app")
        .set("ensure.explicit.internal.resource.naming", false)
        .set("__emit.interval.ms.kstreams.windowed.aggregation__", 0)
        .set(
            "__emit.interval.ms.kstreams.outer.join.spurious.results.fix__",
            0,
        );
    let given = config.as_object().into_iter().flatten();
    given.fold(fixed, |set, (key, value)| {
        set.set(key, value.as_str().unwrap_or_default())
    })
}

fn cache_bytes_max(config: &Json) -> usize {
    let bytes = config["statestore.cache.max.bytes"].as_str();
    bytes.map_or(10 * 1024 * 1024, |bytes| bytes.parse().unwrap())
}

fn policy(config: &Json) -> FailurePolicy {
    let continues = |key: &str| {
        let handler = config[key].as_str().unwrap_or_default();
        handler.contains("LogAndContinue")
    };
    let mut policy = FailurePolicy::stop();
    if continues("deserialization.exception.handler") {
        policy = policy.on_decode(|_| Decision::Skip);
    }
    if continues("processing.exception.handler") {
        policy = policy.on_process(|_| Decision::Skip);
    }
    policy
}

fn feed(driver: &mut TopologyTestDriver, step: &Json, inputs: &Inputs) -> Result<(), DriverError> {
    if let Some(millis) = step["advance_wall_ms"].as_u64() {
        return driver.advance_wall_clock(Duration::from_millis(millis));
    }
    let topic = step["topic"].as_str().unwrap_or_default();
    let (key, value) = inputs
        .get(topic)
        .copied()
        .unwrap_or((Type::Text, Type::Text));
    let key = part(step, "key", key);
    let value = part(step, "value", value);
    let timestamp = Timestamp::from_millis(step["ts"].as_i64().unwrap_or(0));
    let raw = || RawBytes.nullable();
    driver
        .input(topic, raw(), raw())
        .push_bytes(key, value, timestamp, headers(step))?;
    Ok(())
}

fn part(step: &Json, field: &str, of: Type) -> Option<Bytes> {
    if let Some(hex) = step.get(format!("{field}_hex")).and_then(Json::as_str) {
        return Some(from_hex(hex).into());
    }
    let value = Value::from_json(&step[field], of);
    let mut bytes = Vec::new();
    let place = Place {
        topic: "",
        part: Part::Value,
    };
    match ValueCodec(of).encode(&value, &mut bytes, place) {
        Ok(IsNull::No) => Some(bytes.into()),
        _ => None,
    }
}

fn headers(step: &Json) -> Headers {
    let headers = step["headers"].as_array().into_iter().flatten();
    headers
        .map(|header| Header {
            name: header[0].as_str().unwrap_or_default().into(),
            value: header[1].as_str().map(|hex| from_hex(hex).into()),
        })
        .collect()
}

/// Everything written since the last step, input records aside.
fn read_outputs(
    driver: &mut TopologyTestDriver,
    fed: Option<&str>,
    inputs: &Inputs,
) -> Vec<Written> {
    let mut written = Vec::new();
    for topic in driver.topics_with_records() {
        let mut output = driver.output(&topic, RawBytes.nullable(), RawBytes.nullable());
        let records = output.records().unwrap_or_default();
        // The record that was fed is the first the topic got in this step.
        let own = usize::from(fed == Some(topic.as_str()) && inputs.contains_key(&topic));
        for read in records.into_iter().skip(own) {
            let record = read.record;
            written.push(Written {
                topic: topic.clone(),
                key: record.key.as_deref().map(to_hex),
                value: record.value.as_deref().map(to_hex),
                timestamp: record.timestamp.as_millis(),
                headers: record
                    .headers
                    .iter()
                    .map(|header| (header.name.to_string(), header.value.as_deref().map(to_hex)))
                    .collect(),
            });
        }
    }
    written
}
