//! A committed file as the rules see it: its text, and its code without comments and literals.

use std::ops::Range;
use std::path::Path;

#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
    code: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        let code = if is_rust(path) {
            code_only(&text)
        } else {
            String::new()
        };
        Self {
            path: path.to_owned(),
            text,
            code,
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Rust code in which comments and the inside of literals are blank; lines are kept. Empty for other files.
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    pub(super) fn is_rust(&self) -> bool {
        is_rust(&self.path)
    }

    pub(super) fn is_rust_but_no_test_file(&self) -> bool {
        let in_folder = self.path.split('/').any(|part| part == "tests");
        self.is_rust() && !in_folder && !self.path.ends_with("/tests.rs")
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

/// The line, from 1, of a position in `text`.
pub(super) fn line_of(text: &str, position: usize) -> usize {
    text.bytes()
        .take(position)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

/// Where `word` stands in `code` with no identifier character around it.
pub(super) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let is_identifier = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).filter_map(move |(start, found)| {
        let end = start + found.len();
        let before = code.get(..start)?.chars().next_back();
        let after = code.get(end..)?.chars().next();
        (!before.is_some_and(is_identifier) && !after.is_some_and(is_identifier))
            .then_some(start..end)
    })
}

/// Blanks comments and the inside of string and character literals, byte for byte.
fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_identifier = false;
    while let Some(first) = rest.chars().next() {
        let skipped = if after_identifier {
            0
        } else {
            prefixed_literal(rest)
        };
        let skipped = if skipped > 0 {
            skipped
        } else {
            comment_or_literal(rest)
        };
        let taken = if skipped > 0 {
            skipped
        } else {
            first.len_utf8()
        };
        let (piece, remaining) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        if skipped > 0 {
            code.extend(
                piece
                    .bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
            );
        } else {
            code.push_str(piece);
        }
        after_identifier = skipped == 0 && (first.is_alphanumeric() || first == '_');
        rest = remaining;
    }
    code
}

/// The length of the raw or byte literal that `rest` starts with, or 0.
fn prefixed_literal(rest: &str) -> usize {
    let body = rest.trim_start_matches(['b', 'c', 'r']);
    let prefix = rest.len() - body.len();
    let raw = rest
        .get(..prefix)
        .is_some_and(|letters| letters.ends_with('r'));
    let quote = body.trim_start_matches('#');
    let hashes = body.len() - quote.len();
    match quote.strip_prefix('"') {
        Some(inside) if raw && prefix <= 2 => {
            let close = format!("\"{}", "#".repeat(hashes));
            let end = inside
                .find(&close)
                .map_or(inside.len(), |position| position + close.len());
            prefix + hashes + 1 + end
        }
        _ if prefix == 1 && hashes == 0 => match comment_or_literal(body) {
            literal if literal > 0 && !body.starts_with('/') => prefix + literal,
            _ => 0,
        },
        _ => 0,
    }
}

/// The length of the comment, string or character that `rest` starts with, or 0.
fn comment_or_literal(rest: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    match rest.strip_prefix('"') {
        Some(inside) => 1 + until_quote(inside, '"'),
        None => rest.strip_prefix('\'').map_or(0, character),
    }
}

/// The length of a block comment; they nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut position = 0;
    while let Some(here) = rest.get(position..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            position += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            position += 2;
            if depth == 0 {
                return position;
            }
        } else {
            position += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length up to and with the closing `quote`; a backslash takes the next character with it.
fn until_quote(inside: &str, quote: char) -> usize {
    let mut escaped = false;
    for (position, character) in inside.char_indices() {
        if !escaped && character == quote {
            return position + quote.len_utf8();
        }
        escaped = !escaped && character == '\\';
    }
    inside.len()
}

/// The length of a character literal whose first quote is already taken, that quote included; 0 for a lifetime.
fn character(inside: &str) -> usize {
    let mut characters = inside.chars();
    match (characters.next(), characters.next()) {
        (Some('\\'), _) => 1 + until_quote(inside, '\''),
        (Some(first), Some('\'')) => 1 + first.len_utf8() + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of `text`, runs of blanks as one.
    fn left(text: &str) -> String {
        let code = code_only(text);
        assert_eq!(code.len(), text.len(), "positions are kept");
        assert_eq!(
            code.matches('\n').count(),
            text.matches('\n').count(),
            "lines are kept"
        );
        code.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_are_blank_and_nest() {
        assert_eq!(left("a // fs\nb /* x /* y */ z */ c /// é\nd"), "a b c d");
    }

    #[test]
    fn strings_are_blank_with_escapes_hashes_and_prefixes() {
        assert_eq!(
            left(r##"a("x\"y") + b"z" + r#"q"r"# + br"w" + c"v" ; d"##),
            "a( ) + + + + ; d"
        );
        assert_eq!(left("number\"x\" bar'y'"), "number bar");
        assert_eq!(left("unclosed \"x"), "unclosed");
    }

    #[test]
    fn characters_are_blank_and_lifetimes_stay() {
        assert_eq!(
            left("f('{', '\\'', b'}', 'é') -> &'a T<'static>"),
            "f( , , , ) -> &'a T<'static>"
        );
    }

    #[test]
    fn raw_identifiers_and_plain_letters_stay() {
        assert_eq!(left("r#type b c r brc"), "r#type b c r brc");
    }

    #[test]
    fn words_stand_alone() {
        assert_eq!(
            words("Instant MyInstant Instants _Instant Instant;", "Instant").count(),
            2
        );
        assert_eq!(line_of("a\nb\nc", 4), 3);
    }

    #[test]
    fn test_files_are_known_by_their_place() {
        let counts = |path| Source::new(path, "").is_rust_but_no_test_file();
        assert!(counts("crates/core/src/lib.rs"));
        assert!(!counts("crates/core/src/record/tests.rs"));
        assert!(!counts("tests/oracle/main.rs"));
        assert!(!counts("README.md"));
    }
}
