//! The recorder: a Java program of this repository, compiled and run against Kafka Streams.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::golden;
use crate::broker::{Java, streams_libs};
use crate::process;
use crate::progress::{Count, Step};
use crate::workspace;

const SOURCES: &str = "tests/oracle/java/src/headwater/oracle";
const MAIN_CLASS: &str = "headwater.oracle.Main";
/// A few seconds; a loaded machine may be ten times slower.
const COMPILE_LIMIT: Duration = Duration::from_secs(120);
/// Thirty cases a second on an idle machine; enough for ten thousand on a loaded one.
const RECORD_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The compiled program, with a folder for its classes and its stores that goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Recorder {
    java: Java,
    libs: PathBuf,
    folder: TempDir,
}

impl Recorder {
    /// Compiles the program; the first call on a machine fetches Kafka Streams.
    ///
    /// # Errors
    /// Java or Maven missing, Kafka Streams not fetched, or sources that do not compile.
    pub(crate) fn compile() -> Result<Self> {
        let java = Java::provide()?;
        let libs = streams_libs()?;
        let folder = tempfile::Builder::new()
            .prefix("headwater-oracle-")
            .tempdir()
            .context("cannot create a temporary folder")?;
        let step = Step::start("compiling the recorder");
        let mut compiler = java.provide_compiler()?;
        compiler
            .args(["--release", "17", "-proc:none", "-cp"])
            .arg(libs.join("*"))
            .arg("-d")
            .arg(folder.path().join("classes"))
            .args(sources()?);
        process::capture_quietly(&mut compiler, COMPILE_LIMIT)
            .context("the recorder does not compile")?;
        step.finish();
        Ok(Self { java, libs, folder })
    }

    /// Records the specs of a folder, or the one in a file, as files of `out`.
    ///
    /// # Errors
    /// Specs that do not follow the format, each named; the others are recorded.
    pub(crate) fn record(&self, specs: &Path, out: &Path) -> Result<()> {
        let total = golden::cases(specs)?.len();
        if total == 0 {
            bail!("{} holds no specs", specs.display());
        }
        self.run(
            total,
            out,
            &[OsStr::new("record"), specs.as_os_str(), out.as_os_str()],
        )
    }

    /// Makes `count` random cases and records them as files of `out`; the same seed makes the same cases.
    ///
    /// # Errors
    /// The program failed.
    pub(crate) fn generate(&self, seed: u32, count: u32, out: &Path) -> Result<()> {
        let (seed, many) = (seed.to_string(), count.to_string());
        self.run(
            usize::try_from(count)?,
            out,
            &[
                OsStr::new("generate"),
                OsStr::new(&seed),
                OsStr::new(&many),
                out.as_os_str(),
            ],
        )
    }

    /// Runs the program, which prints one character for each of `total` cases.
    fn run(&self, total: usize, out: &Path, arguments: &[&OsStr]) -> Result<()> {
        fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
        let mut complaints = tempfile::tempfile().context("cannot create a temporary file")?;
        let done = tempfile::tempfile().context("cannot create a temporary file")?;
        let classes = self.folder.path().join("classes");
        let mut java = self.java.command(&[&classes, &self.libs.join("*")]);
        // RocksDB unpacks its library there, and the stores live there.
        let mut temporary = OsString::from("-Djava.io.tmpdir=");
        temporary.push(self.folder.path());
        java.arg(temporary)
            .arg(MAIN_CLASS)
            .args(arguments)
            .stdout(done.try_clone()?)
            .stderr(complaints.try_clone()?);
        let progress = Count::start("recording with Kafka Streams", total);
        let status = process::run_watched(&mut java, RECORD_LIMIT, || {
            // A bar that stands still for a moment is no reason to stop.
            progress.set(done.metadata().map_or(0, |file| file.len()));
        })?;
        if !status.success() {
            let mut text = String::new();
            complaints.rewind()?;
            complaints.read_to_string(&mut text)?;
            bail!("the recorder failed ({status}):\n{}", text.trim_end());
        }
        progress.finish();
        Ok(())
    }
}

fn sources() -> Result<Vec<PathBuf>> {
    let folder = workspace::root()?.join(SOURCES);
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.extension().is_some_and(|end| end == "java"));
    files.sort();
    Ok(files)
}
