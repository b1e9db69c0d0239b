//! The first line of a file, and words that mean it is not finished.

use super::Finding;
use super::source::{Source, line_of, words};

const UNFINISHED: [&str; 2] = ["todo", "unimplemented"];

pub(super) fn missing_opening(source: &Source) -> Vec<Finding> {
    let opened = source.text().lines().next().is_some_and(|line| {
        line.strip_prefix("//!")
            .is_some_and(|rest| !rest.trim().is_empty())
    });
    if opened {
        Vec::new()
    } else {
        vec![Finding {
            line: 1,
            what: "no `//!` sentence".to_owned(),
        }]
    }
}

pub(super) fn unfinished(source: &Source) -> Vec<Finding> {
    let code = source.code();
    let found = |position: usize, what: String| Finding {
        line: line_of(code, position),
        what,
    };
    let macros = UNFINISHED.iter().flat_map(|word| {
        let is_macro = |end: usize| code.get(end..).is_some_and(|rest| rest.starts_with('!'));
        words(code, word)
            .filter(move |place| is_macro(place.end))
            .map(move |place| found(place.start, format!("`{word}!`")))
    });
    let ignored = words(code, "ignore")
        .filter(|place| is_attribute(code, place.start))
        .map(|place| found(place.start, "an ignored test".to_owned()));
    macros.chain(ignored).collect()
}

/// Whether the word at `start` opens an attribute: `#[word`.
fn is_attribute(code: &str, start: usize) -> bool {
    let before = code.get(..start).unwrap_or_default().trim_end();
    before
        .strip_suffix('[')
        .is_some_and(|rest| rest.trim_end().ends_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_must_say_something() {
        let found = |text: &str| missing_opening(&Source::new("a.rs", text)).len();
        assert_eq!(found("//! Owns a.\n"), 0);
        assert_eq!(found("//!\n"), 1);
        assert_eq!(found("// Owns a.\n"), 1);
        assert_eq!(found(""), 1);
    }

    #[test]
    fn unfinished_code_is_found_but_not_in_comments() {
        let text = "// todo!\nfn f() { todo!() }\nfn g() { unimplemented!(\"x\") }\n#[ignore = \"slow\"]\nfn ignore(todo: u8) {}\n";
        let lines: Vec<_> = unfinished(&Source::new("a.rs", text))
            .iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(lines, [2, 3, 4]);
    }
}
