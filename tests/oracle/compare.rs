//! Comparing with what was recorded, in words.

use std::collections::BTreeSet;

use headwater_core::store::{StoreContent, StoredEntry};
use headwater_core::topology::{TopicPurpose, Topology};
use headwater_testing::TopologyTestDriver;
use serde_json::{Value as Json, json};

use crate::run::{Did, Written};
use crate::value::to_hex;

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
        let (purpose, name) = match topic.purpose {
            TopicPurpose::Repartition => ("repartition", format!("app-{}", topic.name)),
            TopicPurpose::Changelog => ("changelog", format!("app-{}", topic.name)),
            TopicPurpose::SourceChangelog => ("source_changelog", topic.name.clone()),
        };
        let mut entry = json!({ "type": purpose, "config": topic.config });
        if let Some(partitions) = topic.partitions {
            entry["partitions"] = json!(partitions);
        }
        internal.insert(name, entry);
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
pub(crate) fn step(
    number: usize,
    did: &Did,
    expected: &Json,
    unordered: &Json,
    differences: &mut Vec<String>,
) {
    let unordered: Vec<&str> = unordered
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let wanted: Vec<&Json> = expected["out"].as_array().into_iter().flatten().collect();
    let mut topics: BTreeSet<&str> = wanted
        .iter()
        .filter_map(|out| out["topic"].as_str())
        .collect();
    topics.extend(did.written.iter().map(|written| written.topic.as_str()));
    for topic in topics {
        let mut wanted: Vec<String> = wanted
            .iter()
            .filter(|out| out["topic"] == topic)
            .map(|out| shown_expected(out))
            .collect();
        let mut got: Vec<String> = did
            .written
            .iter()
            .filter(|written| written.topic == topic)
            .map(shown)
            .collect();
        if unordered.contains(&topic) {
            got.sort();
            wanted.sort();
        }
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

/// What the stores hold in the end.
pub(crate) fn stores(
    driver: &mut TopologyTestDriver,
    expected: &Json,
    differences: &mut Vec<String>,
) {
    for (name, wanted) in expected["stores"].as_object().into_iter().flatten() {
        let changelog = &expected["internal_topics"][format!("app-{name}-changelog")];
        if wanted["kind"] == "versioned" && changelog.is_null() {
            // The keys of a versioned store were recorded from its own changelog.
            continue;
        }
        let got = match driver.store_content(name, 0) {
            None => "no such store".to_owned(),
            Some(Err(error)) => error.to_string(),
            Some(Ok(content)) => content_shown(&content, wanted),
        };
        let wanted = wanted_shown(wanted);
        if got != wanted {
            differences.push(format!("store {name}:\n  got    {got}\n  wanted {wanted}"));
        }
    }
}

fn content_shown(content: &StoreContent, wanted: &Json) -> String {
    if let (StoreContent::Window(entries), true) = (content, wanted["kind"] == "window") {
        return windows_in_memory(entries, wanted);
    }
    let listed = |entries: &[StoredEntry]| {
        let entries = entries.iter();
        let entries = entries.map(|entry| json!([to_hex(&entry.key), to_hex(&entry.value)]));
        Json::Array(entries.collect()).to_string()
    };
    match content {
        StoreContent::KeyValue(entries)
        | StoreContent::Window(entries)
        | StoreContent::Session(entries) => listed(entries),
        StoreContent::Versioned(keys) => {
            let keys = keys.iter().map(|(key, versions)| {
                let versions = versions.iter();
                let versions =
                    versions.map(|(from, until, value)| json!([from, until, to_hex(value)]));
                json!([to_hex(key), versions.collect::<Vec<_>>()])
            });
            Json::Array(keys.collect()).to_string()
        }
        other => format!("{other:?}"),
    }
}

/// Windows of a store in memory: by start, then key. Kafka Streams keeps the record's headers and
/// timestamp before the values of a join, and we keep them bare; the ends are synthetic.
fn windows_in_memory(entries: &[StoredEntry], wanted: &Json) -> String {
    let mut entries: Vec<(i64, &[u8], &[u8], &[u8])> = entries
        .iter()
        .filter_map(|entry| {
            let (rest, sequence) = entry.key.split_last_chunk::<4>()?;
            let (key, start) = rest.split_last_chunk::<8>()?;
            let start = i64::from_be_bytes(*start);
            Some((start, key, &sequence[..], &entry.value[..]))
        })
        .collect();
    entries.sort_unstable();
    let shown = entries.iter().enumerate().map(|(place, entry)| {
        let (start, key, _, value) = *entry;
        let (bare, wanted) = (to_hex(value), &wanted["entries"][place]);
        let stamped = format!("{start:016x}{bare}");
        let same = wanted[3].as_str().filter(|full| full.ends_with(&stamped));
        let value = same.map_or(bare, str::to_owned);
        json!([to_hex(key), start, wanted[2], value])
    });
    Json::Array(shown.collect()).to_string()
}

fn wanted_shown(wanted: &Json) -> String {
    let mut entries = wanted["entries"].clone();
    if let (Some("versioned"), Json::Array(keys)) = (wanted["kind"].as_str(), &mut entries) {
        // Every key ever logged is listed, also those of which nothing is held.
        keys.retain(|key| key[1] != json!([]));
        keys.sort_by_key(|key| key[0].to_string());
    }
    sessions_as_logged(wanted, &mut entries);
    entries.to_string()
}

/// Brings the keys of sessions into the changelog's form, `key ‖ end ‖ start`, whatever form the
/// kind of store has.
fn sessions_as_logged(wanted: &Json, entries: &mut Json) {
    const TIME_DIGITS: usize = 16;
    let in_memory = wanted["kind"] == "session";
    let by_time = wanted["class"] == "RocksDBTimeOrderedSessionSegmentedBytesStore";
    let entries = entries.as_array_mut().into_iter().flatten();
    for entry in entries.filter(|_| in_memory || by_time) {
        *entry = if in_memory {
            let time = |place: usize| format!("{:016x}", entry[place].as_i64().unwrap());
            let key = entry[0].as_str().unwrap();
            json!([format!("{key}{}{}", time(2), time(1)), entry[3]])
        } else {
            // One byte tells the sessions from the index of them.
            let (_, session) = entry[0].as_str().unwrap().split_at(2);
            let (times, key) = session.split_at(2 * TIME_DIGITS);
            json!([format!("{key}{times}"), entry[1]])
        };
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
        // The producer stamps a record without a time.
        json!((written.timestamp >= 0).then_some(written.timestamp)),
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
