//! What has to be installed on this machine, and the package manager that can install it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::process;
use crate::progress::Step;

/// A program that the package manager of the system provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    program: &'static str,
    /// Debian packages that provide it, the preferred one first.
    debian: &'static [&'static str],
    homebrew: &'static str,
}

pub(crate) const JAVA: Need = Need {
    program: "java",
    debian: &["openjdk-17-jre-headless", "default-jre-headless"],
    homebrew: "openjdk@17",
};
/// A JDK: what [`JAVA`] installs cannot compile.
pub(crate) const JAVA_COMPILER: Need = Need {
    program: "javac",
    debian: &["openjdk-17-jdk-headless", "default-jdk-headless"],
    homebrew: "openjdk@17",
};
pub(crate) const MAVEN: Need = Need {
    program: "mvn",
    debian: &["maven"],
    homebrew: "maven",
};
const C_COMPILER: Need = Need {
    program: "cc",
    debian: &["gcc"],
    homebrew: "gcc",
};
const MAKE: Need = Need {
    program: "make",
    debian: &["make"],
    homebrew: "make",
};

/// Makes sure that librdkafka can be compiled.
pub(crate) fn require_c_toolchain() -> Result<()> {
    provide(&[C_COMPILER, MAKE], |need| is_installed(need.program))
}

/// Makes sure that `present` holds for all of `needs`: installs what is missing when this process may, otherwise fails
/// with one line that names the missing programs and the command that installs them.
pub(crate) fn provide(needs: &[Need], present: impl Fn(&Need) -> bool) -> Result<()> {
    let absent = || {
        needs
            .iter()
            .copied()
            .filter(|need| !present(need))
            .collect::<Vec<_>>()
    };
    let missing = absent();
    if missing.is_empty() {
        return Ok(());
    }
    if rustix::process::geteuid().is_root() && is_installed("apt-get") {
        install(&missing);
    }
    let missing = absent();
    if missing.is_empty() {
        return Ok(());
    }
    bail!("{}", refusal(&missing, Installer::of_this_machine()))
}

/// Whether a folder of `PATH` holds `program`.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    find_program(env::split_paths(&path), program).is_some()
}

fn find_program(folders: impl Iterator<Item = PathBuf>, program: &str) -> Option<PathBuf> {
    folders
        .map(|folder| folder.join(program))
        .find(|file: &PathBuf| Path::is_file(file))
}

/// Tries each package in turn; whether it worked is seen by looking for the programs again.
fn install(missing: &[Need]) {
    let mut lists_are_fresh = false;
    for need in missing {
        let step = Step::start(format!("installing {} with apt-get", need.program));
        let installed = need
            .debian
            .iter()
            .any(|package| apt_get(&["install", package]))
            || (!lists_are_fresh && {
                lists_are_fresh = true;
                apt_get(&["update"])
                    && need
                        .debian
                        .iter()
                        .any(|package| apt_get(&["install", package]))
            });
        if installed {
            step.finish();
        }
    }
}

fn apt_get(arguments: &[&str]) -> bool {
    let mut command = Command::new("apt-get");
    command
        .args(["-qq", "-y", "--no-install-recommends"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    process::run(&mut command).is_ok_and(|status| status.success())
}

/// The package manager that a user of this machine would call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Installer {
    Apt,
    Homebrew,
    Unknown,
}

impl Installer {
    fn of_this_machine() -> Self {
        if is_installed("apt-get") {
            Self::Apt
        } else if is_installed("brew") {
            Self::Homebrew
        } else {
            Self::Unknown
        }
    }
}

fn refusal(missing: &[Need], installer: Installer) -> String {
    let join = |words: Vec<&str>, glue: &str| words.join(glue);
    let programs = join(missing.iter().map(|need| need.program).collect(), " and ");
    let packages =
        |choose: fn(&Need) -> &'static str| join(missing.iter().map(choose).collect(), " ");
    let remedy = match installer {
        Installer::Apt => format!(
            "run: sudo apt-get install -y {}",
            packages(Need::debian_package)
        ),
        Installer::Homebrew => format!("run: brew install {}", packages(|need| need.homebrew)),
        Installer::Unknown => format!(
            "install what Debian calls {}",
            packages(Need::debian_package)
        ),
    };
    format!("{programs} missing or too old; {remedy}")
}

impl Need {
    fn debian_package(&self) -> &'static str {
        self.debian.first().copied().unwrap_or(self.program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_is_one_line_with_the_exact_command() {
        assert_eq!(
            refusal(&[JAVA, MAVEN], Installer::Apt),
            "java and mvn missing or too old; run: sudo apt-get install -y openjdk-17-jre-headless maven"
        );
        assert_eq!(
            refusal(&[MAKE], Installer::Homebrew),
            "make missing or too old; run: brew install make"
        );
    }

    #[test]
    fn program_is_found_in_the_first_folder_that_has_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mvn"), "").unwrap();
        let folders = || [PathBuf::from("nowhere"), folder.path().to_path_buf()].into_iter();
        assert_eq!(
            find_program(folders(), "mvn"),
            Some(folder.path().join("mvn"))
        );
        assert_eq!(find_program(folders(), "java"), None);
    }

    #[test]
    fn nothing_is_asked_for_when_all_is_there() {
        provide(&[JAVA, MAVEN], |_| true).unwrap();
    }
}
