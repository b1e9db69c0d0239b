//! Where we do better than Kafka Streams on purpose: it loses data or crashes there.
//!
//! A file `ours/<case>.json` holds what we do instead: `reason`, `defect`, and what replaces
//! parts of the recording (`steps` by number, `stores` by name, `error` as null). Cases of the
//! same defects without such a file are decided by a rule for each defect. `HEADWATER_BLESS=1`
//! writes the file of a case that differs by lost windows alone.
//!
//! `docs/kafka-differences.md` tells users.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::run::{self, Did};
use crate::{Outcome, compare};

/// The setting that makes us lose what Kafka Streams loses.
const LOSE_WINDOWS: &str = "__lose.expired.window.results__";

/// A crash of Kafka Streams that comes from a defect of its own.
struct Crash {
    /// Part of a message in the chain of exceptions.
    message: &'static str,
    /// Whether a topology has what it takes: without it, it cannot be this defect.
    can_happen: fn(&Topology<'_>) -> bool,
    reason: &'static str,
}

const CRASHES: &[Crash] = &[
    Crash {
        message: "key cannot be null",
        can_happen: |topology| {
            topology.has(|op| {
                op["op"] == "join_table" && op["type"] == "left" && op.get("grace_ms").is_some()
            })
        },
        reason: "a stream record without a key passes a left join with grace",
    },
    Crash {
        message: "segment interval has changed",
        can_happen: |topology| topology.has(|op| op["window"]["type"] == "session"),
        reason: "cached sessions near the epoch take any gap",
    },
    Crash {
        message: "-repartition-filter is already added",
        can_happen: |topology| topology.has(|op| op["op"] == "cogroup"),
        reason: "several unnamed groups of a cogroup can be repartitioned",
    },
    Crash {
        message: "cannot be cast",
        can_happen: |topology| topology.has_windowed_cogroup_without_codecs(),
        reason: "a windowed cogroup knows the codec of its keys",
    },
];

/// The operators of a case.
struct Topology<'c>(&'c Json);

impl Topology<'_> {
    fn has(&self, matches: impl Fn(&Json) -> bool) -> bool {
        let mut ops = self.0.as_array().into_iter().flatten();
        ops.any(matches)
    }

    fn has_windowed_cogroup_without_codecs(&self) -> bool {
        let is_cogroup = |id: &Json| self.has(|op| op["op"] == "cogroup" && &op["id"] == id);
        let is_windowed = |id: &Json| {
            self.has(|op| op["op"] == "windowed_by" && &op["id"] == id && is_cogroup(&op["from"]))
        };
        self.has(|op| {
            op["op"] == "aggregate" && op.get("materialized").is_none() && is_windowed(&op["from"])
        })
    }
}

/// Runs a case and compares it with what was recorded or, where we do better, with that.
pub(crate) fn judge(name: &str, case: &Json) -> Outcome {
    if let Some(ours) = read(name) {
        return compare_with_ours(case, &ours);
    }
    let outcome = run::case(case);
    let Outcome::Failed(differences) = outcome else {
        return outcome;
    };
    if emits_closed_windows(case) && loses_as_recorded(case) {
        if std::env::var_os("HEADWATER_BLESS").is_some_and(|bless| bless == "1") {
            write(name, case);
        }
        let reason = "windows that Kafka Streams loses are emitted, all else is as recorded";
        return Outcome::Better(reason.to_owned());
    }
    match crash_of(case) {
        Some(crash) if survives(case) => Outcome::Better(crash.reason.to_owned()),
        _ => Outcome::Failed(differences),
    }
}

fn compare_with_ours(case: &Json, ours: &Json) -> Outcome {
    let reason = ours["reason"].as_str().unwrap_or_default();
    match run::case(&replaced(case, ours)) {
        Outcome::Passed if ours["defect"] == "lost windows" && !loses_as_recorded(case) => {
            Outcome::Failed(vec![
                "with the defect of Kafka Streams it is not as recorded".to_owned(),
            ])
        }
        Outcome::Passed => Outcome::Better(reason.to_owned()),
        other => other,
    }
}

/// The case with our result in place of what was recorded.
fn replaced(case: &Json, ours: &Json) -> Json {
    let mut case = case.clone();
    let expected = &mut case["expected"];
    if ours.get("error").is_some_and(Json::is_null)
        && let Some(expected) = expected.as_object_mut()
    {
        expected.remove("error");
    }
    for (number, step) in ours["steps"].as_object().into_iter().flatten() {
        let number: usize = number.parse().unwrap();
        let steps = expected["steps"].as_array_mut().unwrap();
        steps.resize(steps.len().max(number + 1), json!({}));
        steps[number] = step.clone();
    }
    for part in ["stores", "internal_topics"] {
        for (name, content) in ours[part].as_object().into_iter().flatten() {
            expected[part][name] = content.clone();
        }
    }
    if let Some(described) = ours.get("describe") {
        expected["describe"] = described.clone();
    }
    case
}

/// Whether a case emits windows or sessions when they close.
fn emits_closed_windows(case: &Json) -> bool {
    Topology(&case["topology"]).has(|op| op["emit"] == "on_window_close")
}

/// Whether all is as recorded once we lose what Kafka Streams loses: then nothing else differs.
fn loses_as_recorded(case: &Json) -> bool {
    let mut case = case.clone();
    case["config"][LOSE_WINDOWS] = json!("true");
    matches!(run::case(&case), Outcome::Passed)
}

/// The defect that a recorded crash comes from.
fn crash_of(case: &Json) -> Option<&'static Crash> {
    let says = |message| {
        let mut chain = case["expected"]["error"]["chain"]
            .as_array()
            .into_iter()
            .flatten();
        chain.any(|link| {
            link["message"]
                .as_str()
                .is_some_and(|text| text.contains(message))
        })
    };
    let topology = Topology(&case["topology"]);
    CRASHES
        .iter()
        .find(|crash| says(crash.message) && (crash.can_happen)(&topology))
}

/// Whether a case that crashed runs to its end, and is as recorded up to the crash.
fn survives(case: &Json) -> bool {
    let mut whole = case.clone();
    let expected = whole["expected"].as_object_mut().unwrap();
    let error = expected.remove("error").unwrap_or_default();
    if run::every_step(&whole).is_err() {
        return false;
    }
    let Some(at) = error["at"].as_str().and_then(|at| at.strip_prefix("step ")) else {
        return true;
    };
    let at: usize = at.parse().unwrap();
    whole["inputs"].as_array_mut().unwrap().truncate(at);
    whole["expected"]["stores"] = json!({});
    matches!(run::case(&whole), Outcome::Passed)
}

fn file_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("oracle/ours")
        .join(format!("{name}.json"))
}

fn read(name: &str) -> Option<Json> {
    let bytes = std::fs::read(file_of(name)).ok()?;
    Some(serde_json::from_slice(&bytes).unwrap())
}

/// Writes what we do where it is not what was recorded.
fn write(name: &str, case: &Json) {
    let did = run::every_step(case).unwrap();
    let mut steps = Map::new();
    for (number, did) in did.iter().enumerate() {
        let wanted = &case["expected"]["steps"][number];
        let mut differences = Vec::new();
        compare::step(
            number,
            did,
            wanted,
            &case["expected"]["unordered"],
            &mut differences,
        );
        if !differences.is_empty() {
            steps.insert(number.to_string(), recorded(did));
        }
    }
    let ours = json!({
        "defect": "lost windows",
        "reason": "a window that closes is emitted, however far stream time jumps past it; \
                   Kafka Streams reads closed windows through the retention of the store",
        "steps": steps,
    });
    let text = serde_json::to_string_pretty(&ours).unwrap();
    std::fs::write(file_of(name), text + "\n").unwrap();
}

/// A step in the form of the contract.
fn recorded(did: &Did) -> Json {
    let out = did.written.iter().map(|written| {
        let mut out = json!({
            "topic": written.topic,
            "key_hex": written.key,
            "value_hex": written.value,
            "ts": (written.timestamp >= 0).then_some(written.timestamp),
        });
        if !written.headers.is_empty() {
            out["headers"] = json!(written.headers);
        }
        out
    });
    let mut step = json!({ "out": out.collect::<Vec<Json>>() });
    if did.dropped > 0 {
        step["dropped"] = json!(did.dropped);
    }
    step
}
