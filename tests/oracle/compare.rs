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

/// What a store holds, in the form in which the case lists it.
fn content_shown(content: &StoreContent, wanted: &Json) -> String {
    let class = wanted["class"].as_str().unwrap_or_default();
    let entries = match (content, wanted["kind"].as_str().unwrap_or_default()) {
        (StoreContent::Window(entries), "window") => {
            in_memory(entries.iter().map(windowed), wanted)
        }
        (StoreContent::Session(entries), "session") => {
            in_memory(entries.iter().map(session), wanted)
        }
        (StoreContent::Window(entries), _) if class.contains("TimeOrdered") => {
            time_first(entries.iter().map(|entry| (windowed(entry), entry)), wanted)
        }
        (StoreContent::Session(entries), _) if class.contains("TimeOrdered") => {
            time_first(entries.iter().map(|entry| (session(entry), entry)), wanted)
        }
        (
            StoreContent::KeyValue(entries)
            | StoreContent::Window(entries)
            | StoreContent::Session(entries),
            _,
        ) => {
            let entries = entries.iter().enumerate();
            let is_window = matches!(content, StoreContent::Window(_));
            let entries = entries.map(|(place, entry)| {
                let time = is_window.then(|| windowed(entry).time);
                let full = &wanted["entries"][place][1];
                json!([to_hex(&entry.key), below_headers(&entry.value, time, full)])
            });
            entries.collect()
        }
        (
            StoreContent::Buffer {
                entries,
                bytes,
                min_timestamp_ms,
            },
            _,
        ) => {
            let mut shown = json!({
                "records": entries.len(),
                "bytes": bytes,
                // Kafka Streams' minimum of nothing.
                "min_ts": min_timestamp_ms.unwrap_or(i64::MAX),
            });
            if wanted.get("entries").is_some() {
                let entries = entries.iter();
                let entries =
                    entries.map(|entry| json!([to_hex(&entry.key), to_hex(&entry.value)]));
                shown["entries"] = entries.collect();
            }
            return shown.to_string();
        }
        (StoreContent::Versioned(keys), _) => {
            let keys = keys.iter().map(|(key, versions)| {
                let versions = versions.iter();
                let versions =
                    versions.map(|(from, until, value)| json!([from, until, to_hex(value)]));
                json!([to_hex(key), versions.collect::<Vec<_>>()])
            });
            keys.collect()
        }
        (other, _) => return format!("{other:?}"),
    };
    Json::Array(entries).to_string()
}

/// A local key of a window or session, taken apart.
struct Split<'e> {
    key: &'e [u8],
    /// What it is ordered by: start of a window, end of a session.
    time: i64,
    /// Start of a session.
    start: Option<i64>,
    /// What tells windows of one start apart.
    sequence: &'e [u8],
    value: &'e [u8],
}

fn windowed(entry: &StoredEntry) -> Split<'_> {
    let (key, suffix) = entry.key.split_at(entry.key.len() - 12);
    let (time, sequence) = suffix.split_at(8);
    Split {
        key,
        time: i64::from_be_bytes(time.try_into().unwrap()),
        start: None,
        sequence,
        value: &entry.value,
    }
}

fn session(entry: &StoredEntry) -> Split<'_> {
    let (key, suffix) = entry.key.split_at(entry.key.len() - 16);
    let (end, start) = suffix.split_at(8);
    Split {
        key,
        time: i64::from_be_bytes(end.try_into().unwrap()),
        start: Some(i64::from_be_bytes(start.try_into().unwrap())),
        sequence: &[],
        value: &entry.value,
    }
}

/// A row as the case lists it, if before it there is a block of headers alone, or with the time
/// of a join's row: Kafka Streams keeps those in stores of joins, which in memory show them, and
/// in others under `dsl.store.format=HEADERS`; we do not.
fn below_headers(row: &[u8], time: Option<i64>, full: &Json) -> String {
    let row = to_hex(row);
    let stamped = time.map(|time| format!("{time:016x}{row}"));
    let same = full.as_str().filter(|full| {
        let shown = after_headers(full);
        shown == Some(&*row) || (shown.is_some() && shown == stamped.as_deref())
    });
    same.map_or(row, str::to_owned)
}

/// What follows a block of headers: its length as a signed varint, and so many bytes.
fn after_headers(hex: &str) -> Option<&str> {
    let (mut length, mut shift, mut rest) = (0_usize, 0, hex);
    loop {
        let byte = usize::from_str_radix(rest.get(..2)?, 16).ok()?;
        rest = rest.get(2..)?;
        length |= (byte & 0x7f) << shift;
        if byte < 0x80 {
            // Kafka's varints alternate in sign, and a length is not negative.
            return rest.get(length / 2 * 2..);
        }
        shift += 7;
    }
}

/// As Kafka Streams' stores in memory list them: by time, then by key. The end of a window is
/// what the store was told its size is, and is not compared.
fn in_memory<'e>(entries: impl Iterator<Item = Split<'e>>, wanted: &Json) -> Vec<Json> {
    let mut entries: Vec<Split<'_>> = entries.collect();
    entries.sort_by_key(|entry| (entry.time, entry.key, entry.sequence));
    let entries = entries.iter().enumerate();
    entries
        .map(|(place, entry)| match entry.start {
            None => {
                let full = &wanted["entries"][place][3];
                let value = below_headers(entry.value, Some(entry.time), full);
                json!([to_hex(entry.key), entry.time, value])
            }
            Some(start) => {
                let value = below_headers(entry.value, None, &wanted["entries"][place][3]);
                json!([to_hex(entry.key), start, entry.time, value])
            }
        })
        .collect()
}

/// As Kafka Streams' time-ordered stores list them: `0 ‖ time ‖ key ‖ …`.
fn time_first<'e>(
    entries: impl Iterator<Item = (Split<'e>, &'e StoredEntry)>,
    wanted: &Json,
) -> Vec<Json> {
    let mut entries: Vec<(Vec<u8>, &[u8])> = entries
        .map(|(split, entry)| {
            let mut key = vec![0];
            key.extend_from_slice(&split.time.to_be_bytes());
            if let Some(start) = split.start {
                key.extend_from_slice(&start.to_be_bytes());
            }
            key.extend_from_slice(split.key);
            key.extend_from_slice(split.sequence);
            (key, &*entry.value)
        })
        .collect();
    entries.sort();
    let entries = entries.iter().enumerate();
    entries
        .map(|(place, (key, value))| {
            let full = &wanted["entries"][place][1];
            json!([to_hex(key), below_headers(value, None, full)])
        })
        .collect()
}

fn wanted_shown(wanted: &Json) -> String {
    if let Some("suppress_buffer" | "grace_buffer") = wanted["kind"].as_str() {
        let mut shown = json!({
            "records": wanted["records"],
            "bytes": wanted["bytes"],
            "min_ts": wanted["min_ts"],
        });
        if let Some(entries) = wanted.get("entries") {
            shown["entries"] = entries.clone();
        }
        return shown.to_string();
    }
    let mut entries = wanted["entries"].clone();
    if let (Some("versioned"), Json::Array(keys)) = (wanted["kind"].as_str(), &mut entries) {
        // Every key ever logged is listed, also those of which nothing is held.
        keys.retain(|key| key[1] != json!([]));
        keys.sort_by_key(|key| key[0].to_string());
    }
    if wanted["kind"] != "window" {
        return entries.to_string();
    }
    let entries = entries.as_array().into_iter().flatten();
    let without_ends = entries.map(|entry| json!([entry[0], entry[1], entry[3]]));
    Json::Array(without_ends.collect()).to_string()
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
