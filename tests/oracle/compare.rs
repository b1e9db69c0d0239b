//! Comparing with what was recorded, in words.

use std::collections::{BTreeMap, BTreeSet};

use headwater_core::topology::Topology;
use serde_json::{Value as Json, json};

use crate::run::{Did, Written};

/// Text and internal topics of a topology.
pub(crate) fn topology(topology: &Topology, expected: &Json) -> Vec<String> {
    let mut differences = Vec::new();
    let described = topology.describe();
    let wanted = expected["describe"].as_str().unwrap_or_default();
    if described != wanted {
        differences.push(format!(
            "describe() is\n{described}\nand should be\n{wanted}"
        ));
    }
    let mut internal = serde_json::Map::new();
    for topic in topology.internal_topics() {
        let config: BTreeMap<&str, &str> = topic
            .config
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        let mut entry = json!({ "type": "repartition", "config": config });
        if let Some(partitions) = topic.partitions {
            entry["partitions"] = json!(partitions);
        }
        internal.insert(format!("app-{}", topic.name), entry);
    }
    let internal = Json::Object(internal);
    if expected["internal_topics"] != internal {
        differences.push(format!(
            "internal topics are\n{internal}\nand should be\n{}",
            expected["internal_topics"]
        ));
    }
    differences
}

/// What one step wrote and dropped.
pub(crate) fn step(number: usize, did: &Did, expected: &Json, differences: &mut Vec<String>) {
    let wanted: Vec<&Json> = expected["out"].as_array().into_iter().flatten().collect();
    let mut topics: BTreeSet<&str> = wanted
        .iter()
        .filter_map(|out| out["topic"].as_str())
        .collect();
    topics.extend(did.written.iter().map(|written| written.topic.as_str()));
    for topic in topics {
        let wanted: Vec<String> = wanted
            .iter()
            .filter(|out| out["topic"] == topic)
            .map(|out| shown_expected(out))
            .collect();
        let got: Vec<String> = did
            .written
            .iter()
            .filter(|written| written.topic == topic)
            .map(shown)
            .collect();
        if got != wanted {
            differences.push(format!(
                "step {number}, topic {topic}:\n  got    {}\n  wanted {}",
                got.join("\n         "),
                wanted.join("\n         ")
            ));
        }
    }
    let dropped = expected["dropped"].as_u64().unwrap_or(0);
    if did.dropped != dropped {
        differences.push(format!(
            "step {number} drops {} and should drop {dropped}",
            did.dropped
        ));
    }
}

fn shown(written: &Written) -> String {
    let headers: Vec<Json> = written
        .headers
        .iter()
        .map(|(name, value)| json!([name, value]))
        .collect();
    format!(
        "{} = {} @ {} {}",
        json!(written.key),
        json!(written.value),
        written.timestamp,
        Json::Array(headers)
    )
}

fn shown_expected(out: &Json) -> String {
    let headers = out.get("headers").cloned().unwrap_or_else(|| json!([]));
    format!(
        "{} = {} @ {} {headers}",
        out["key_hex"], out["value_hex"], out["ts"]
    )
}
