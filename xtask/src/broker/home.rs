//! The folder one broker lives in: configuration, data, log and console output.

use std::fs::{self, File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::config::{self, CLUSTER_ID, Ports};
use super::java::Java;
use crate::process;

/// How much of the log an error shows.
const TAIL_LINES: usize = 30;
/// A JVM start and a few small files.
const FORMAT_LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    /// Removes the folder when dropped; none when the user named it.
    _temporary: Option<TempDir>,
}

impl Home {
    /// The folder that the user named, or a temporary one.
    pub(super) fn open(named: Option<&Path>) -> Result<Self> {
        if let Some(folder) = named {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
            let folder = folder
                .canonicalize()
                .with_context(|| format!("cannot resolve {}", folder.display()))?;
            return Ok(Self {
                folder,
                _temporary: None,
            });
        }
        let temporary = tempfile::Builder::new()
            .prefix("headwater-broker-")
            .tempdir()
            .context("cannot create a temporary folder")?;
        Ok(Self {
            folder: temporary.path().to_path_buf(),
            _temporary: Some(temporary),
        })
    }

    pub(super) fn last_ports(&self) -> Option<Ports> {
        fs::read_to_string(self.properties())
            .ok()
            .as_deref()
            .and_then(Ports::parse)
    }

    /// Writes the configuration, and formats the data folder if it is new.
    pub(super) fn prepare(&self, java: &Java, libs: &Path, ports: Ports) -> Result<()> {
        let write = |file: &Path, text: String| {
            fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
        };
        write(
            &self.properties(),
            config::server_properties(ports, &self.data()),
        )?;
        fs::create_dir_all(self.tools()).context("cannot create the folder of the tools")?;
        for (folder, text) in [
            (&self.folder, config::log4j_properties(&self.log())),
            (&self.tools(), config::SILENT_LOG4J_PROPERTIES.to_owned()),
        ] {
            write(&folder.join("log4j.properties"), text)?;
        }
        if self.data().join("meta.properties").exists() {
            return Ok(());
        }
        let mut format = java.command(&[&self.folder, &libs.join("*")]);
        format
            .args([
                "kafka.tools.StorageTool",
                "format",
                "-t",
                CLUSTER_ID,
                "--standalone",
                "-c",
            ])
            .arg(self.properties());
        process::capture_quietly(&mut format, FORMAT_LIMIT)
            .context("cannot format the data folder of Kafka")?;
        Ok(())
    }

    /// Starts the broker process, in a group of its own: Ctrl-C in a terminal is ours to handle.
    pub(super) fn spawn(&self, java: &Java, libs: &Path) -> Result<Child> {
        let console = self.open_console()?;
        let mut command = java.command(&[&self.folder, &libs.join("*")]);
        command
            .args(["-Xms128m", "-Xmx512m", "kafka.Kafka"])
            .arg(self.properties())
            .stdin(Stdio::null())
            .stdout(console.try_clone()?)
            .stderr(console)
            .process_group(0)
            .spawn()
            .context("cannot start java")
    }

    /// A JVM for Kafka's tools, which report on the console and have nothing to add in a log.
    pub(super) fn tool_command(&self, java: &Java, libs: &Path) -> Command {
        java.command(&[&self.tools(), &libs.join("*")])
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("broker.log")
    }

    /// The end of the log and of the console output.
    pub(super) fn log_tail(&self) -> String {
        let read = |file: PathBuf| {
            fs::read(file)
                .map(|text| String::from_utf8_lossy(&text).into_owned())
                .unwrap_or_default()
        };
        let both = read(self.log()) + &read(self.console());
        tail(&both, TAIL_LINES).to_owned()
    }

    fn open_console(&self) -> Result<File> {
        let file = self.console();
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&file)
            .with_context(|| format!("cannot write {}", file.display()))
    }

    fn console(&self) -> PathBuf {
        self.folder.join("console.log")
    }

    fn properties(&self) -> PathBuf {
        self.folder.join("server.properties")
    }

    fn tools(&self) -> PathBuf {
        self.folder.join("tools")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

/// The last `lines` lines of `text`.
fn tail(text: &str, lines: usize) -> &str {
    let text = text.trim_end();
    let start = text
        .rmatch_indices('\n')
        .nth(lines.saturating_sub(1))
        .map_or(0, |(position, _)| position + 1);
    text.get(start..).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_keeps_the_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a\nb", 5), "a\nb");
        assert_eq!(tail("", 5), "");
    }

    #[test]
    fn temporary_home_is_removed_and_a_named_one_is_kept() {
        let home = Home::open(None).unwrap();
        let folder = home.folder.clone();
        assert!(folder.is_dir());
        drop(home);
        assert!(!folder.exists());

        let parent = tempfile::tempdir().unwrap();
        let named = parent.path().join("data");
        drop(Home::open(Some(&named)).unwrap());
        assert!(named.is_dir());
    }

    #[test]
    fn log_tail_holds_the_console_too() {
        let home = Home::open(None).unwrap();
        fs::write(home.log(), "INFO starting\n").unwrap();
        fs::write(home.console(), "Error: could not find class\n").unwrap();
        assert_eq!(
            home.log_tail(),
            "INFO starting\nError: could not find class"
        );
    }
}
