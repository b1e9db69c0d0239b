//! Every recorded case of Kafka Streams, run on the test driver: outputs, timestamps, headers,
//! dropped counts, internal topics and `describe()` must be equal.
//!
//! `HEADWATER_ORACLE_CASES` names the folder of cases; otherwise they are `tests/oracle/cases`,
//! each of which asks one question, and `tests/oracle/generated`, random ones that ask many. A
//! case that uses an operator we do not have yet counts as unsupported.
//! `HEADWATER_ORACLE_CASE=name` runs one and prints what differs in full. Where Kafka Streams
//! loses data or crashes we do better; `ours` says where, and such cases are listed as they are
//! met.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a case of another form than the contract says must stop the run"
)]

mod aggregators;
mod build;
mod compare;
mod functions;
mod ours;
mod processors;
mod run;
mod stateful;
mod value;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value as Json;

/// What came of a case.
enum Outcome {
    Passed,
    /// It is not what was recorded, because it is better; the text says why.
    Better(String),
    Failed(Vec<String>),
    Unsupported(String),
}

#[derive(Default)]
struct Family {
    passed: usize,
    failed: usize,
    unsupported: usize,
}

fn main() -> ExitCode {
    let folders = match env::var_os("HEADWATER_ORACLE_CASES") {
        Some(folder) => vec![PathBuf::from(folder)],
        None => own_cases(),
    };
    let only = env::var("HEADWATER_ORACLE_CASE").ok();
    let mut cases = BTreeMap::new();
    for folder in folders {
        match read_cases(&folder) {
            Ok(read) => cases.extend(read),
            Err(error) => {
                eprintln!("cannot read the cases in {}: {error}", folder.display());
                return ExitCode::FAILURE;
            }
        }
    }
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for (name, case) in cases {
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let family = name.split('_').next().unwrap_or(&name).to_owned();
        let family = families.entry(family).or_default();
        match ours::judge(&name, &case) {
            Outcome::Passed => family.passed += 1,
            Outcome::Better(reason) => {
                family.passed += 1;
                println!("BETTER {name}: {reason}");
            }
            Outcome::Failed(differences) => {
                family.failed += 1;
                report(&name, &differences, only.is_some());
            }
            Outcome::Unsupported(what) => {
                family.unsupported += 1;
                if only.is_some() {
                    println!("{name} is unsupported: {what}");
                }
            }
        }
    }
    summary(&families)
}

fn own_cases() -> Vec<PathBuf> {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle");
    vec![oracle.join("cases"), oracle.join("generated")]
}

fn read_cases(folder: &Path) -> Result<BTreeMap<String, Json>, Box<dyn std::error::Error>> {
    let mut cases = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            cases.insert(
                name.into_owned(),
                serde_json::from_slice(&std::fs::read(&path)?)?,
            );
        }
    }
    Ok(cases)
}

fn report(name: &str, differences: &[String], in_full: bool) {
    println!("FAILED {name}");
    let shown = if in_full { differences.len() } else { 3 };
    for difference in differences.iter().take(shown) {
        println!("    {}", difference.replace('\n', "\n    "));
    }
    if differences.len() > shown {
        println!(
            "    and {} more; run it alone with HEADWATER_ORACLE_CASE={name}",
            differences.len() - shown
        );
    }
}

fn summary(families: &BTreeMap<String, Family>) -> ExitCode {
    println!(
        "{:<14}{:>8}{:>8}{:>13}",
        "family", "passed", "failed", "unsupported"
    );
    let mut all = Family::default();
    for (name, family) in families {
        println!(
            "{name:<14}{:>8}{:>8}{:>13}",
            family.passed, family.failed, family.unsupported
        );
        all.passed += family.passed;
        all.failed += family.failed;
        all.unsupported += family.unsupported;
    }
    println!(
        "{:<14}{:>8}{:>8}{:>13}",
        "all", all.passed, all.failed, all.unsupported
    );
    println!();
    println!(
        "{} passed, {} failed, {} skipped",
        all.passed, all.failed, all.unsupported
    );
    if all.failed == 0 && all.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
