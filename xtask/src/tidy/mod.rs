//! Checks of this repository's own rules: each a pure function over a source file, all in one table.

mod arrows;
mod paths;
mod purity;
mod size;
mod source;
mod words;

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process;
pub(crate) use source::Source;

/// One rule: which files it looks at, what it finds there, and what to do about it.
#[derive(Debug)]
pub(crate) struct Rule {
    name: &'static str,
    applies: fn(&Source) -> bool,
    find: fn(&Source) -> Vec<Finding>,
    way_out: &'static str,
}

/// A place that breaks a rule; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    line: usize,
    what: String,
}

/// Every rule, cheapest to understand first.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "opening",
        applies: Source::is_rust,
        find: words::missing_opening,
        way_out: "open the file with one `//!` sentence that says what it owns",
    },
    Rule {
        name: "file-name",
        applies: Source::is_rust,
        find: paths::vague_name,
        way_out: "name the file after the thing it owns",
    },
    Rule {
        name: "file-length",
        applies: Source::is_rust_but_no_test_file,
        find: size::long_file,
        way_out: "find the second concept in it and give it a file; long tests go to a sibling `tests.rs`",
    },
    Rule {
        name: "function-length",
        applies: Source::is_rust,
        find: size::long_functions,
        way_out: "it tells two stories: give the second one a name and a function",
    },
    Rule {
        name: "unfinished",
        applies: Source::is_rust,
        find: words::unfinished,
        way_out: "finish it, or take it out and say so in an issue",
    },
    Rule {
        name: "machine-path",
        applies: |_| true,
        find: paths::machine_paths,
        way_out: "use a relative path, an environment variable or a temporary folder",
    },
    Rule {
        name: "purity",
        applies: purity::is_pure_crate,
        find: purity::impurities,
        way_out: "take it as an argument or a port: threads, IO, clocks and async belong to `runtime` and `kafka`",
    },
    Rule {
        name: "arrows",
        applies: arrows::is_crate_manifest,
        find: arrows::wrong_arrows,
        way_out: "move the code to the crate that may know both, or argue the new arrow in ARCHITECTURE.md and tidy/arrows.rs",
    },
];

/// A broken rule, printed as `file:line: what [rule]; way out`.
#[derive(Debug)]
pub(crate) struct Complaint {
    file: String,
    finding: Finding,
    rule: &'static Rule,
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            finding,
            rule,
        } = self;
        write!(
            formatter,
            "{file}:{}: {} [{}]\n    {}",
            finding.line, finding.what, rule.name, rule.way_out
        )
    }
}

/// Applies every rule to every file.
pub(crate) fn check(files: &[Source]) -> Vec<Complaint> {
    let judge = |file: &Source, rule: &'static Rule| {
        let findings = if (rule.applies)(file) {
            (rule.find)(file)
        } else {
            Vec::new()
        };
        let name = file.path().to_owned();
        findings.into_iter().map(move |finding| Complaint {
            file: name.clone(),
            finding,
            rule,
        })
    };
    files
        .iter()
        .flat_map(|file| RULES.iter().flat_map(move |rule| judge(file, rule)))
        .collect()
}

pub(crate) fn broken_files(complaints: &[Complaint]) -> usize {
    let mut files: Vec<_> = complaints.iter().map(|complaint| &complaint.file).collect();
    files.dedup();
    files.len()
}

/// The text files that are committed, or would be by `git add`.
///
/// # Errors
/// `root` is no git checkout.
pub(crate) fn files(root: &Path) -> Result<Vec<Source>> {
    let mut git = Command::new("git");
    git.current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listing =
        process::capture(&mut git, Duration::from_secs(60)).context("tidy needs a git checkout")?;
    let paths = listing.split('\0').filter(|path| !path.is_empty());
    // A deleted file is still listed, and what is not UTF-8 is no text.
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path))
            .ok()
            .map(|text| Source::new(path, text))
    };
    Ok(paths.filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaint_names_file_line_rule_and_way_out() {
        let files = [Source::new("crates/core/src/odd.rs", "fn f() {}\n")];
        let complaints = check(&files);
        assert_eq!(
            complaints
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            [
                "crates/core/src/odd.rs:1: no `//!` sentence [opening]\n    \
                 open the file with one `//!` sentence that says what it owns"
            ]
        );
        assert_eq!(broken_files(&complaints), 1);
    }

    #[test]
    fn names_of_rules_are_unique() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }
}
