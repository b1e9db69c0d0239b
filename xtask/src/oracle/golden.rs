//! Recorded cases: whether two recordings say the same, and where they first differ.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

/// How much of a value a difference shows.
const SHOWN_CHARACTERS: usize = 200;

/// What came of comparing the recordings of two folders.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    equal: usize,
    differences: Vec<String>,
}

impl Comparison {
    pub(crate) fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.differences {
            writeln!(formatter, "{difference}")?;
        }
        write!(
            formatter,
            "{} cases equal, {} different",
            self.equal,
            self.differences.len()
        )
    }
}

/// Compares every recording of `kept` with the one of the same name in `recorded`.
///
/// Classes of stores and the texts of errors are documentation and not compared.
///
/// # Errors
/// No recording in `kept`, or a file that cannot be read.
pub(crate) fn compare_folders(kept: &Path, recorded: &Path) -> Result<Comparison> {
    let mut comparison = Comparison::default();
    let cases = cases(kept)?;
    if cases.is_empty() {
        bail!("{} holds no cases", kept.display());
    }
    for file in cases {
        let name = file.file_name().unwrap_or_default();
        let again = recorded.join(name);
        let difference = if again.is_file() {
            first_difference("", &read(&file)?, &read(&again)?)
        } else {
            Some("not recorded".to_owned())
        };
        match difference {
            None => comparison.equal += 1,
            Some(difference) => {
                let name = Path::new(name).with_extension("");
                let line = format!("{}: {difference}", name.display());
                comparison.differences.push(line);
            }
        }
    }
    Ok(comparison)
}

/// The case files in a folder, or the one file, by name.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn cases(folder_or_file: &Path) -> Result<Vec<PathBuf>> {
    if folder_or_file.is_file() {
        return Ok(vec![folder_or_file.to_path_buf()]);
    }
    let mut files = fs::read_dir(folder_or_file)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .with_context(|| format!("cannot read {}", folder_or_file.display()))?;
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<Json> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is no JSON", file.display()))
}

/// The path of the first place where two recordings differ, with both values.
fn first_difference(path: &str, kept: &Json, recorded: &Json) -> Option<String> {
    if is_documentation(path) {
        return None;
    }
    match (kept, recorded) {
        (Json::Object(kept), Json::Object(recorded)) => {
            let fields: BTreeSet<_> = kept.keys().chain(recorded.keys()).collect();
            fields.into_iter().find_map(|field| {
                let path = format!("{path}/{field}");
                difference_of(&path, kept.get(field), recorded.get(field))
            })
        }
        (Json::Array(kept), Json::Array(recorded)) => {
            let length = kept.len().max(recorded.len());
            (0..length).find_map(|at| {
                difference_of(&format!("{path}/{at}"), kept.get(at), recorded.get(at))
            })
        }
        _ if kept == recorded => None,
        _ => difference(path, Some(kept), Some(recorded)),
    }
}

fn difference_of(path: &str, kept: Option<&Json>, recorded: Option<&Json>) -> Option<String> {
    match (kept, recorded) {
        (Some(kept), Some(recorded)) => first_difference(path, kept, recorded),
        _ => difference(path, kept, recorded),
    }
}

fn difference(path: &str, kept: Option<&Json>, recorded: Option<&Json>) -> Option<String> {
    if is_documentation(path) {
        return None;
    }
    Some(format!(
        "{path} was {} and is {}",
        shown(kept),
        shown(recorded)
    ))
}

/// Whether the contract calls the value at `path` informative.
fn is_documentation(path: &str) -> bool {
    path == "/expected/error/chain"
        || path.starts_with("/expected/stores/") && path.ends_with("/class")
}

fn shown(value: Option<&Json>) -> String {
    let Some(value) = value else {
        return "absent".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn difference(kept: &Json, recorded: &Json) -> Option<String> {
        first_difference("", kept, recorded)
    }

    #[test]
    fn first_difference_is_named_by_its_path() {
        let kept = json!({ "steps": [{ "out": [1, 2] }], "a": 1 });
        assert_eq!(difference(&kept, &kept), None);
        assert_eq!(
            difference(&kept, &json!({ "a": 1, "steps": [{ "out": [1, 3] }] })),
            Some("/steps/0/out/1 was 2 and is 3".to_owned())
        );
        assert_eq!(
            difference(&kept, &json!({ "a": 1, "steps": [{}] })),
            Some("/steps/0/out was [1,2] and is absent".to_owned())
        );
    }

    #[test]
    fn classes_and_texts_of_errors_are_documentation() {
        let recording = |class: &str| {
            json!({ "expected": {
                "stores": { "s": { "kind": "key_value", "class": class } },
                "error": { "at": "build", "chain": [class] },
            } })
        };
        assert_eq!(difference(&recording("A"), &recording("B")), None);
        let elsewhere = |class: &str| json!({ "class": class });
        assert!(difference(&elsewhere("A"), &elsewhere("B")).is_some());
    }

    #[test]
    fn case_that_was_not_recorded_is_a_difference() {
        let kept = tempfile::tempdir().unwrap();
        let recorded = tempfile::tempdir().unwrap();
        for name in ["a.json", "b.json", "notes.md"] {
            fs::write(kept.path().join(name), "{}").unwrap();
        }
        fs::write(recorded.path().join("a.json"), "{}").unwrap();
        let comparison = compare_folders(kept.path(), recorded.path()).unwrap();
        assert!(!comparison.is_equal());
        assert_eq!(
            comparison.to_string(),
            "b: not recorded\n1 cases equal, 1 different"
        );
    }
}
