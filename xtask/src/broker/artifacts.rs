//! Kafka's jars: fetched once from Maven into the cache folder, whole or not at all.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::KAFKA_VERSION;
use crate::clock;
use crate::machine::{self, MAVEN};
use crate::process;
use crate::progress::Step;

/// Names a folder of Kafka's jars to the tests; when it is set, nothing is fetched.
pub const LIBS_VARIABLE: &str = "HEADWATER_KAFKA_LIBS";

/// Names a folder of the jars of Kafka Streams to the recorder of oracle cases; when it is set, nothing is fetched.
const STREAMS_LIBS_VARIABLE: &str = "HEADWATER_STREAMS_LIBS";

/// 100 MB at most; a quarter of an hour allows for a slow line.
const FETCH_LIMIT: Duration = Duration::from_secs(15 * 60);
/// Another run may be fetching.
const LOCK_LIMIT: Duration = FETCH_LIMIT;
/// Starts the name of a fetch that is under way; what a killed one left is removed by the next.
const PARTIAL: &str = "partial-kafka-";

/// Jars that are fetched together: what Maven is asked for, and what must be there afterwards.
#[derive(Debug)]
struct Bundle {
    name: &'static str,
    /// The environment variable that names a folder of them.
    variable: &'static str,
    megabytes: u32,
    /// Group, artifact and version.
    dependencies: &'static [(&'static str, &'static str, &'static str)],
    /// The files that what uses the bundle cannot do without.
    jars: &'static [&'static str],
}

/// A broker and its tools.
const BROKER: Bundle = Bundle {
    name: "kafka",
    variable: LIBS_VARIABLE,
    megabytes: 55,
    dependencies: &[
        ("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
        ("org.apache.kafka", "kafka-tools", KAFKA_VERSION),
        ("org.slf4j", "slf4j-reload4j", "1.7.36"),
    ],
    jars: &[
        "kafka_2.13",
        "kafka-server",
        "kafka-clients",
        "kafka-metadata",
        "kafka-tools",
        "slf4j-reload4j-1.7.36.jar",
    ],
};

/// Kafka Streams and its test driver, with a logger that says nothing.
const STREAMS: Bundle = Bundle {
    name: "kafka-streams",
    variable: STREAMS_LIBS_VARIABLE,
    megabytes: 95,
    dependencies: &[
        (
            "org.apache.kafka",
            "kafka-streams-test-utils",
            KAFKA_VERSION,
        ),
        ("org.slf4j", "slf4j-nop", "1.7.36"),
    ],
    jars: &[
        "kafka-streams",
        "kafka-streams-test-utils",
        "kafka-clients",
        "slf4j-nop-1.7.36.jar",
    ],
};

/// The folder of Kafka's jars, fetched if the cache lacks them.
///
/// # Errors
/// Maven missing, or the download failed; the message names Maven's log.
pub(crate) fn kafka_libs() -> Result<PathBuf> {
    libs(&BROKER)
}

/// The folder of the jars of Kafka Streams and its test driver, fetched if the cache lacks them.
///
/// # Errors
/// As [`kafka_libs`].
pub(crate) fn streams_libs() -> Result<PathBuf> {
    libs(&STREAMS)
}

fn libs(bundle: &'static Bundle) -> Result<PathBuf> {
    if let Some(libs) = env::var_os(bundle.variable).map(PathBuf::from) {
        return match bundle.missing_jar(&libs) {
            None => Ok(libs),
            Some(jar) => bail!(
                "{} names {}, which lacks {jar}",
                bundle.variable,
                libs.display()
            ),
        };
    }
    let cache = Cache::of_this_user(bundle)?;
    match cache.libs() {
        Some(libs) => Ok(libs),
        None => cache.fill(|folder, log| bundle.fetch_with_maven(folder, log)),
    }
}

/// The folder that keeps what was fetched or built, across checkouts.
#[derive(Debug)]
struct Cache {
    folder: PathBuf,
    bundle: &'static Bundle,
}

impl Cache {
    fn of_this_user(bundle: &'static Bundle) -> Result<Self> {
        let folder = cache_folder(|name| env::var_os(name))
            .context("HOME is not set; set HEADWATER_CACHE to a folder")?;
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self { folder, bundle })
    }

    /// The jars, if all are there.
    fn libs(&self) -> Option<PathBuf> {
        let libs = self.version().join("libs");
        self.bundle.missing_jar(&libs).is_none().then_some(libs)
    }

    /// Fetches into a folder beside the final one and renames it when it is whole; one run at a time.
    fn fill(&self, fetch: impl FnOnce(&Path, &Path) -> Result<()>) -> Result<PathBuf> {
        let _lock = self.lock()?;
        if let Some(libs) = self.libs() {
            return Ok(libs);
        }
        self.remove_partial();
        let partial = tempfile::Builder::new()
            .prefix(PARTIAL)
            .tempdir_in(&self.folder)
            .with_context(|| format!("cannot write to {}", self.folder.display()))?;
        let log = self.folder.join("maven.log");
        fetch(partial.path(), &log)?;
        if let Some(jar) = self.bundle.missing_jar(&partial.path().join("libs")) {
            bail!("Maven ended without {jar}; its log: {}", log.display());
        }
        // A version folder that is not whole was damaged by hand.
        let _ = fs::remove_dir_all(self.version());
        let whole = partial.keep();
        fs::rename(&whole, self.version())
            .with_context(|| format!("cannot rename {}", whole.display()))?;
        self.libs()
            .context("the cache was changed by someone else; try again")
    }

    fn version(&self) -> PathBuf {
        self.folder
            .join(format!("{}-{KAFKA_VERSION}", self.bundle.name))
    }

    fn lock(&self) -> Result<File> {
        let path = self.folder.join("kafka.lock");
        let file =
            File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        let taken = clock::poll(LOCK_LIMIT, || {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => Ok(Some(())),
                Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(None),
                Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
            }
        })?;
        taken.with_context(|| format!("another run holds {} for too long", path.display()))?;
        Ok(file)
    }

    fn remove_partial(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in
            entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PARTIAL))
        {
            // What cannot be removed only takes room.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn cache_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("HEADWATER_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("headwater")))
        .or_else(|| set("HOME").map(|folder| folder.join(".cache/headwater")))
}

impl Bundle {
    /// The first of the jars that cannot be done without and that `libs` lacks.
    fn missing_jar(&self, libs: &Path) -> Option<String> {
        // Those of Kafka carry its version.
        let file = |jar: &&str| {
            if Path::new(jar).extension().is_some_and(|end| end == "jar") {
                (*jar).to_owned()
            } else {
                format!("{jar}-{KAFKA_VERSION}.jar")
            }
        };
        self.jars
            .iter()
            .map(file)
            .find(|jar| !libs.join(jar).is_file())
    }

    /// Fills `folder/libs`; Maven's output goes to `log`.
    fn fetch_with_maven(&self, folder: &Path, log: &Path) -> Result<()> {
        machine::provide(&[MAVEN], |_| machine::is_installed("mvn"))?;
        let step = Step::start(format!(
            "fetching {} {KAFKA_VERSION} with Maven ({} MB)",
            self.name, self.megabytes
        ));
        let project = folder.join("pom.xml");
        fs::write(&project, self.pom())
            .with_context(|| format!("cannot write {}", project.display()))?;
        let output =
            File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
        let mut maven = Command::new("mvn");
        maven
            .args(["-q", "-B", "-f"])
            .arg(&project)
            .arg("dependency:copy-dependencies")
            .arg(format!(
                "-DoutputDirectory={}",
                folder.join("libs").display()
            ))
            .stdout(output.try_clone()?)
            .stderr(output);
        let status = process::run_within(&mut maven, FETCH_LIMIT)?;
        if !status.success() {
            bail!(
                "Maven could not fetch {} {KAFKA_VERSION} ({status}); its log: {}",
                self.name,
                log.display()
            );
        }
        step.finish();
        Ok(())
    }

    fn pom(&self) -> String {
        let dependency = |(group, artifact, version): &(&str, &str, &str)| {
            format!(
                "    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
                 <version>{version}</version></dependency>\n"
            )
        };
        let dependencies: String = self.dependencies.iter().map(dependency).collect();
        format!(
            "\
<project xmlns=\"http://maven.apache.org/POM/4.0.0\">
  <modelVersion>4.0.0</modelVersion>
  <groupId>headwater</groupId>
  <artifactId>{}</artifactId>
  <version>1</version>
  <dependencies>
{dependencies}  </dependencies>
</project>
",
            self.name
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts every jar that is looked for into `libs`, all but the one named.
    fn put_jars(libs: &Path, all_but: Option<&str>) {
        fs::create_dir_all(libs).unwrap();
        while let Some(jar) = BROKER
            .missing_jar(libs)
            .filter(|jar| Some(jar.as_str()) != all_but)
        {
            fs::write(libs.join(jar), "").unwrap();
        }
    }

    fn cache_in(folder: &Path) -> Cache {
        Cache {
            folder: folder.to_path_buf(),
            bundle: &BROKER,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn cache_folder_follows_the_settings_in_order() {
        let with = |set: &'static [(&str, &str)]| {
            cache_folder(move |name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.into())
            })
        };
        assert_eq!(
            with(&[("HEADWATER_CACHE", "a"), ("HOME", "h")]),
            Some("a".into())
        );
        assert_eq!(
            with(&[("XDG_CACHE_HOME", "x"), ("HOME", "h")]),
            Some("x/headwater".into())
        );
        assert_eq!(
            with(&[("HEADWATER_CACHE", ""), ("HOME", "h")]),
            Some("h/.cache/headwater".into())
        );
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn whole_download_becomes_the_cache_and_is_not_fetched_twice() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache_in(folder.path());
        let fetch = |target: &Path, _: &Path| {
            put_jars(&target.join("libs"), None);
            Ok(())
        };
        let libs = cache.fill(fetch).unwrap();
        assert_eq!(cache.fill(|_, _| bail!("fetched again")).unwrap(), libs);
        assert_eq!(
            names(folder.path()),
            [format!("kafka-{KAFKA_VERSION}"), "kafka.lock".to_owned()]
        );
    }

    #[test]
    fn broken_download_leaves_no_half_cache() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache_in(folder.path());
        let lost = format!("kafka-tools-{KAFKA_VERSION}.jar");
        let half = |target: &Path, _: &Path| {
            put_jars(&target.join("libs"), Some(&lost));
            Ok(())
        };
        let error = cache.fill(half).unwrap_err().to_string();
        assert!(
            error.contains(&lost) && error.contains("maven.log"),
            "{error}"
        );
        assert_eq!(cache.libs(), None);
        assert_eq!(names(folder.path()), ["kafka.lock"]);
    }

    #[test]
    fn leftovers_of_a_killed_fetch_and_a_damaged_cache_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache_in(folder.path());
        fs::create_dir_all(folder.path().join("partial-kafka-old/libs")).unwrap();
        fs::create_dir_all(cache.version().join("libs")).unwrap();
        let fetch = |target: &Path, _: &Path| {
            put_jars(&target.join("libs"), None);
            Ok(())
        };
        cache.fill(fetch).unwrap();
        assert_eq!(
            names(folder.path()),
            [format!("kafka-{KAFKA_VERSION}"), "kafka.lock".to_owned()]
        );
    }

    #[test]
    fn project_names_kafka_its_tools_and_a_logger() {
        let pom = BROKER.pom();
        assert_eq!(pom.matches("<dependency>").count(), 3);
        assert_eq!(
            pom.matches(&format!("<version>{KAFKA_VERSION}</version>"))
                .count(),
            2
        );
    }
}
