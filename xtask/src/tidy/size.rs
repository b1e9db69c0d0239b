//! Sizes of files and functions.

use super::Finding;
use super::source::{Source, line_of, words};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

pub(super) fn long_file(source: &Source) -> Vec<Finding> {
    let lines = source.text().lines().count();
    if lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    vec![Finding {
        line: FILE_LINES_MAX + 1,
        what: format!("{lines} lines, {FILE_LINES_MAX} are allowed"),
    }]
}

pub(super) fn long_functions(source: &Source) -> Vec<Finding> {
    let code = source.code();
    words(code, "fn")
        .filter_map(|keyword| {
            let rest = code.get(keyword.end..)?;
            let name: String = rest
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            // `fn(` is the type of a function pointer.
            let lines = line_of(rest, body_end(rest)?);
            (!name.is_empty() && lines > FUNCTION_LINES_MAX).then(|| Finding {
                line: line_of(code, keyword.start),
                what: format!("`fn {name}` has {lines} lines, {FUNCTION_LINES_MAX} are allowed"),
            })
        })
        .collect()
}

/// Where the body of a function ends whose signature `rest` starts with; none for a declaration.
fn body_end(rest: &str) -> Option<usize> {
    let mut brackets = 0_usize;
    let mut braces = 0_usize;
    for (position, character) in rest.char_indices() {
        match character {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            ';' if braces == 0 && brackets == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 && brackets == 0 {
                    return Some(position);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, lines: usize) -> String {
        format!(
            "fn {name}(a: [u8; 4]) where T: Fn(u8) -> u8 {{\n{}}}\n",
            "    a;\n".repeat(lines - 2)
        )
    }

    #[test]
    fn function_of_more_than_a_screen_is_found_at_its_first_line() {
        let text = format!(
            "//! x\ntrait T {{ fn declared(&self) -> [u8; 2]; }}\n{}{}",
            function("short", 70),
            function("long", 71)
        );
        let found = long_functions(&Source::new("a.rs", text));
        assert_eq!(
            found,
            [Finding {
                line: 73,
                what: "`fn long` has 71 lines, 70 are allowed".to_owned()
            }]
        );
    }

    #[test]
    fn function_pointers_and_literals_do_not_confuse() {
        let text = format!(
            "type F = fn(u8);\nfn f() {{ g('{{', \"}}}}\"); }}\n{}",
            "const A: u8 = 0;\n".repeat(80)
        );
        assert_eq!(long_functions(&Source::new("a.rs", text)), []);
    }

    #[test]
    fn file_length_is_bounded() {
        assert_eq!(long_file(&Source::new("a.rs", "x\n".repeat(500))), []);
        let found = long_file(&Source::new("a.rs", "x\n".repeat(501)));
        assert_eq!(found.first().map(|finding| finding.line), Some(501));
    }
}
