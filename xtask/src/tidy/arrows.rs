//! The arrows between the crates: which may use which, and which alone may name a Kafka client.

use super::Finding;
use super::source::Source;

/// Folder under `crates/`, and the crates of this workspace that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("state", &[]),
    ("core", &["headwater-state"]),
    ("runtime", &["headwater-core", "headwater-state"]),
    (
        "kafka",
        &["headwater-runtime", "headwater-core", "headwater-state"],
    ),
    ("avro", &["headwater-core", "headwater-state"]),
    (
        "testing",
        &["headwater-runtime", "headwater-core", "headwater-state"],
    ),
    ("headwater", FACADE),
    ("cli", PROGRAM),
    ("studio", PROGRAM),
];
const FACADE: &[&str] = &[
    "headwater-kafka",
    "headwater-avro",
    "headwater-runtime",
    "headwater-core",
    "headwater-state",
];
const PROGRAM: &[&str] = &[
    "headwater",
    "headwater-kafka",
    "headwater-avro",
    "headwater-runtime",
    "headwater-core",
    "headwater-state",
];

/// Tests and examples of any crate may run topologies on the driver.
const FOR_TESTS: &str = "headwater-testing";
/// The crate that may depend on a Kafka client.
const CLIENT_CRATE: &str = "kafka";
const CLIENT: &str = "rdkafka";

#[derive(Debug, PartialEq, Eq)]
struct Dependency {
    line: usize,
    package: String,
    for_tests: bool,
}

pub(super) fn is_crate_manifest(source: &Source) -> bool {
    crate_folder(source.path()).is_some()
}

pub(super) fn wrong_arrows(source: &Source) -> Vec<Finding> {
    let Some(folder) = crate_folder(source.path()) else {
        return Vec::new();
    };
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == folder) else {
        return vec![Finding {
            line: 1,
            what: format!("crate `{folder}` has no place in the arrows"),
        }];
    };
    let forbidden = |dependency: &Dependency| {
        let package = dependency.package.as_str();
        let ours =
            package == "headwater" || package.starts_with("headwater-") || package == "xtask";
        let granted = allowed.contains(&package) || (dependency.for_tests && package == FOR_TESTS);
        (ours && !granted) || (package.starts_with(CLIENT) && folder != CLIENT_CRATE)
    };
    dependencies(source.text())
        .into_iter()
        .filter(forbidden)
        .map(|wrong| Finding {
            line: wrong.line,
            what: format!("`{folder}` may not use `{}`", wrong.package),
        })
        .collect()
}

fn crate_folder(path: &str) -> Option<&str> {
    let folder = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
    (!folder.contains('/')).then_some(folder)
}

/// The dependencies of a manifest, for the forms that are in use: a key in a section, or a section of its own.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut section = Section::Other;
    for (index, line) in manifest.lines().enumerate() {
        let line_number = index + 1;
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            section = Section::parse(header.trim_end_matches(']'));
            if let Section::Single { package, for_tests } = &section {
                found.push(Dependency {
                    line: line_number,
                    package: package.clone(),
                    for_tests: *for_tests,
                });
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let key = key
            .trim()
            .split('.')
            .next()
            .unwrap_or_default()
            .trim_matches('"');
        match &section {
            Section::List { for_tests } => {
                let package = renamed(value).unwrap_or(key).to_owned();
                found.push(Dependency {
                    line: line_number,
                    package,
                    for_tests: *for_tests,
                });
            }
            Section::Single { .. } if key == "package" => {
                if let Some(last) = found.last_mut() {
                    value.trim().trim_matches('"').clone_into(&mut last.package);
                }
            }
            Section::Single { .. } | Section::Other => {}
        }
    }
    found
}

/// What a `[header]` announces.
#[derive(Debug)]
enum Section {
    List { for_tests: bool },
    Single { package: String, for_tests: bool },
    Other,
}

impl Section {
    fn parse(header: &str) -> Self {
        for (kind, for_tests) in [
            ("dev-dependencies", true),
            ("build-dependencies", false),
            ("dependencies", false),
        ] {
            // `target.'…'.dependencies` ends the same way.
            if header == kind
                || header
                    .strip_suffix(kind)
                    .is_some_and(|before| before.ends_with('.'))
            {
                return Self::List { for_tests };
            }
            let single = header
                .rsplit_once('.')
                .filter(|(table, _)| *table == kind || table.ends_with(&format!(".{kind}")));
            if let Some((_, package)) = single {
                return Self::Single {
                    package: package.trim_matches('"').to_owned(),
                    for_tests,
                };
            }
        }
        Self::Other
    }
}

/// The real name in `{ package = "name", … }`.
fn renamed(value: &str) -> Option<&str> {
    let (_, after) = value.split_once("package")?;
    after
        .trim_start()
        .strip_prefix('=')?
        .trim_start()
        .strip_prefix('"')?
        .split('"')
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(folder: &str, manifest: &str) -> Vec<String> {
        let found = wrong_arrows(&Source::new(
            &format!("crates/{folder}/Cargo.toml"),
            manifest,
        ));
        found
            .into_iter()
            .map(|finding| format!("{} {}", finding.line, finding.what))
            .collect()
    }

    #[test]
    fn arrow_against_the_order_is_found_with_its_line() {
        let manifest = "[package]\nname = \"headwater-core\"\n\n[dependencies]\nbytes = \"1\"\nheadwater-runtime.workspace = true\n";
        assert_eq!(
            wrong("core", manifest),
            ["6 `core` may not use `headwater-runtime`"]
        );
        assert_eq!(wrong("kafka", manifest), Vec::<String>::new());
    }

    #[test]
    fn every_form_of_a_dependency_is_read() {
        let manifest = "\
[build-dependencies]
x = { version = \"1\", package = \"headwater\" }
[target.'cfg(unix)'.dependencies]
\"headwater-kafka\" = \"1\"
[dependencies.headwater-avro]
version = \"1\"
[dependencies.y]
package = \"xtask\"
[dev-dependencies]
headwater-testing.workspace = true
# headwater = \"1\"
[features]
headwater = []
";
        let wrong = wrong("runtime", manifest);
        let packages: Vec<_> = wrong
            .iter()
            .filter_map(|what| what.split('`').nth(3))
            .collect();
        assert_eq!(
            packages,
            ["headwater", "headwater-kafka", "headwater-avro", "xtask"]
        );
    }

    #[test]
    fn test_driver_is_for_tests_only() {
        assert_eq!(
            wrong("core", "[dependencies]\nheadwater-testing = \"1\"\n").len(),
            1
        );
        assert_eq!(
            wrong("core", "[dev-dependencies]\nheadwater-testing = \"1\"\n").len(),
            0
        );
    }

    #[test]
    fn only_one_crate_names_the_client() {
        assert_eq!(
            wrong("runtime", "[dependencies]\nrdkafka-sys = \"4\"\n").len(),
            1
        );
        assert_eq!(
            wrong("kafka", "[dependencies]\nrdkafka-sys = \"4\"\n").len(),
            0
        );
    }

    #[test]
    fn unknown_crate_needs_a_place() {
        assert_eq!(
            wrong("extra", ""),
            ["1 crate `extra` has no place in the arrows"]
        );
        assert!(!is_crate_manifest(&Source::new("tests/Cargo.toml", "")));
    }
}
