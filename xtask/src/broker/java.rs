//! The Java that runs Kafka: version 17 or later, from `JAVA_HOME` or the path.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::machine::{self, JAVA, JAVA_COMPILER};

/// Kafka 4 brokers need it.
const MINIMUM: u32 = 17;

#[derive(Debug, Clone)]
pub(crate) struct Java(PathBuf);

impl Java {
    /// Finds Java, installing it when it is missing and this process may.
    pub(crate) fn provide() -> Result<Self> {
        machine::provide(&[JAVA], |_| Self::find().is_some())?;
        Ok(Self::find().unwrap_or_else(|| Self(PathBuf::from("java"))))
    }

    /// `java -cp <class path>`.
    pub(crate) fn command(&self, class_path: &[&Path]) -> Command {
        let mut joined = OsString::new();
        for (position, entry) in class_path.iter().enumerate() {
            if position > 0 {
                joined.push(":");
            }
            joined.push(entry);
        }
        let mut command = Command::new(&self.0);
        command.arg("-cp").arg(joined);
        command
    }

    /// The compiler of the same installation, or the one of the path; installed when it is missing and this process may.
    pub(crate) fn provide_compiler(&self) -> Result<Command> {
        machine::provide(&[JAVA_COMPILER], |_| self.find_compiler().is_some())?;
        match self.find_compiler() {
            Some(compiler) => Ok(Command::new(compiler)),
            None => bail!("javac was installed and cannot be found"),
        }
    }

    fn find_compiler(&self) -> Option<PathBuf> {
        let beside = self.0.with_file_name("javac");
        if beside.is_file() {
            return Some(beside);
        }
        machine::is_installed("javac").then(|| PathBuf::from("javac"))
    }

    fn find() -> Option<Self> {
        let of_home = env::var_os("JAVA_HOME").map(|home| Path::new(&home).join("bin/java"));
        of_home
            .into_iter()
            .chain([PathBuf::from("java")])
            .map(Self)
            .find(Self::is_recent)
    }

    fn is_recent(&self) -> bool {
        let output = Command::new(&self.0)
            .arg("-version")
            .stdin(Stdio::null())
            .output();
        output.is_ok_and(|output| {
            major_version(&String::from_utf8_lossy(&output.stderr)) >= Some(MINIMUM)
        })
    }
}

/// The major version in what `java -version` prints (`openjdk version "17.0.2" …`); 1 for Java 8 and older.
fn major_version(banner: &str) -> Option<u32> {
    let quoted = banner.split('"').nth(1)?;
    quoted
        .split(|character: char| !character.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_version_is_read_from_the_banner() {
        assert_eq!(
            major_version("openjdk version \"17.0.18\" 2026-01-20\nOpenJDK"),
            Some(17)
        );
        assert_eq!(major_version("openjdk version \"25\" 2025-09-16"), Some(25));
        assert_eq!(major_version("java version \"1.8.0_402\""), Some(1));
        assert_eq!(major_version("openjdk version \"24-ea\""), Some(24));
        assert_eq!(major_version("command not found"), None);
    }

    #[test]
    fn class_path_is_joined_in_order() {
        let command =
            Java(PathBuf::from("java")).command(&[Path::new("home"), Path::new("libs/*")]);
        assert_eq!(crate::process::describe(&command), "java -cp home:libs/*");
    }
}
