//! Names of files, and paths in files that exist on one machine only.

use super::Finding;
use super::source::{Source, line_of};

/// Names under which things gather that have no name of their own.
const VAGUE: [&str; 5] = ["util", "helper", "common", "misc", "manager"];

/// First folders of a path that belongs to one machine.
const ROOTS: [&str; 5] = ["home", "root", "Users", "work", "tmp"];

pub(super) fn vague_name(source: &Source) -> Vec<Finding> {
    let parts = source
        .path()
        .split(['/', '_', '-', '.'])
        .map(str::to_lowercase);
    let is_vague = |part: &String| VAGUE.iter().any(|word| part.trim_end_matches('s') == *word);
    parts
        .filter(is_vague)
        .map(|part| Finding {
            line: 1,
            what: format!("a file called `{part}`"),
        })
        .take(1)
        .collect()
}

pub(super) fn machine_paths(source: &Source) -> Vec<Finding> {
    let text = source.text();
    let starts = text.match_indices('/').map(|(position, _)| position);
    starts
        .filter_map(|position| {
            let path = text.get(position..)?;
            let path = path.get(
                ..path
                    .find(|end: char| end.is_whitespace() || "\"'`),;]>|".contains(end))
                    .unwrap_or(path.len()),
            )?;
            let before = text.get(..position)?.chars().next_back();
            (starts_a_path(before) && is_of_a_machine(path)).then(|| Finding {
                line: line_of(text, position),
                what: format!("`{path}` exists on one machine only"),
            })
        })
        .collect()
}

fn starts_a_path(before: Option<char>) -> bool {
    before.is_none_or(|character| character.is_whitespace() || "\"'`=:(,[|".contains(character))
}

fn is_of_a_machine(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    parts.next().is_some_and(|root| ROOTS.contains(&root))
        && parts.next().is_some_and(|inside| !inside.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_names_are_found_in_every_part_of_a_path() {
        let found = |path: &str| vague_name(&Source::new(path, "")).len();
        assert_eq!(found("crates/core/src/string_utils.rs"), 1);
        assert_eq!(found("crates/common/src/lib.rs"), 1);
        assert_eq!(found("crates/core/src/utility_function.rs"), 0);
    }

    #[test]
    fn machine_paths_are_found_with_their_line() {
        let text = format!("x\nlog=/{}/me/a.log and \"/{}/x\"", "home", "tmp");
        let found = machine_paths(&Source::new("a.md", text));
        let lines: Vec<_> = found.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2, 2]);
        assert_eq!(
            found[0].what,
            format!("`/{}/me/a.log` exists on one machine only", "home")
        );
    }

    #[test]
    fn relative_paths_and_addresses_pass() {
        let text = "a/work/b https://example.org/home/x $DIR/tmp/x /usr/bin/env /tmp/ /work";
        assert_eq!(machine_paths(&Source::new("a.md", text)), []);
    }
}
