//! What the crates that compute may not name: `core` and `state` have no IO, threads, clocks or async.

use super::Finding;
use super::source::{Source, line_of, words};

const PURE: [&str; 2] = ["crates/core/", "crates/state/"];
const FORBIDDEN: [&str; 7] = [
    "std::thread",
    "std::fs",
    "std::net",
    "SystemTime",
    "Instant",
    "tokio",
    "async fn",
];
/// The parts of `std` among them, as they stand in `use std::{…}`.
const FORBIDDEN_IN_STD: [&str; 3] = ["thread", "fs", "net"];

pub(super) fn is_pure_crate(source: &Source) -> bool {
    source.is_rust() && PURE.iter().any(|folder| source.path().starts_with(folder))
}

pub(super) fn impurities(source: &Source) -> Vec<Finding> {
    let code = source.code();
    let found = |position: usize, what: &str| Finding {
        line: line_of(code, position),
        what: format!("`{what}`"),
    };
    let named = FORBIDDEN
        .iter()
        .flat_map(|word| words(code, word).map(|place| found(place.start, word)));
    let grouped = groups_of_std(code).flat_map(|(start, group)| {
        FORBIDDEN_IN_STD.iter().flat_map(move |word| {
            words(group, word)
                .filter(|place| is_item_of_group(group, place.start))
                .map(move |place| found(start + place.start, &format!("std::{word}")))
        })
    });
    named.chain(grouped).collect()
}

/// The text after each `std::{`, up to its closing brace, with its position.
fn groups_of_std(code: &str) -> impl Iterator<Item = (usize, &str)> {
    const OPENING: &str = "std::{";
    code.match_indices(OPENING).filter_map(|(position, _)| {
        let start = position + OPENING.len();
        let rest = code.get(start..)?;
        let mut depth = 1_usize;
        let end = rest.find(|character| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        Some((start, rest.get(..end?)?))
    })
}

/// Whether the word at `start` names an item of the group itself, not of a group or path inside it.
fn is_item_of_group(group: &str, start: usize) -> bool {
    let before = group.get(..start).unwrap_or_default().trim_end();
    let outside_inner_groups = before.matches('{').count() == before.matches('}').count();
    outside_inner_groups && (before.is_empty() || before.ends_with(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<String> {
        let findings = impurities(&Source::new("crates/core/src/a.rs", code));
        findings
            .into_iter()
            .map(|finding| format!("{} {}", finding.line, finding.what))
            .collect()
    }

    #[test]
    fn io_threads_clocks_and_async_are_found() {
        assert_eq!(
            found("use std::fs;\nfn f() { std::thread::yield_now() }\n"),
            ["2 `std::thread`", "1 `std::fs`"]
        );
        assert_eq!(
            found("use std::time::{Duration, Instant};"),
            ["1 `Instant`"]
        );
        assert_eq!(found("pub async fn f() {}"), ["1 `async fn`"]);
    }

    #[test]
    fn grouped_imports_are_looked_into() {
        assert_eq!(
            found("use std::{\n    fmt,\n    fs::File,\n    sync::{net},\n};"),
            ["3 `std::fs`"]
        );
    }

    #[test]
    fn prose_and_other_names_pass() {
        assert_eq!(
            found("// std::fs\n/// an `Instant`\nlet s = \"tokio\"; use std::{fmt, ops::net};"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn only_the_computing_crates_are_meant() {
        assert!(is_pure_crate(&Source::new("crates/state/src/lib.rs", "")));
        assert!(!is_pure_crate(&Source::new(
            "crates/runtime/src/lib.rs",
            ""
        )));
        assert!(!is_pure_crate(&Source::new("crates/core/Cargo.toml", "")));
    }
}
