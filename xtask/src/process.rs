//! Child processes that end with their parent: run, capture, terminate.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::clock;

/// Longer than any step of a build; a command without its own limit ends after this.
const LIMIT: Duration = Duration::from_secs(3 * 60 * 60);
/// What a child gets to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// Runs `command` with our output streams until it ends.
///
/// The child leads a process group of its own, so that an interrupt ends its children too (the test binaries of a
/// `cargo test`, for one).
pub(crate) fn run(command: &mut Command) -> Result<ExitStatus> {
    run_within(command, LIMIT)
}

/// [`run`] with a time limit; a child that exceeds it is killed and an error names it.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<ExitStatus> {
    run_watched(command, limit, || {})
}

/// [`run_within`] that calls `watch` many times a second meanwhile.
pub(crate) fn run_watched(
    command: &mut Command,
    limit: Duration,
    mut watch: impl FnMut(),
) -> Result<ExitStatus> {
    let name = describe(command);
    let child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let mut group = Group(child);
    match clock::poll(limit, || {
        watch();
        Ok(group.0.try_wait()?)
    })? {
        Some(status) => Ok(status),
        None => bail!("{name} did not end within {} s", limit.as_secs()),
    }
}

/// Runs `command` and fails unless it ends with code 0.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = run(command)?;
    if !status.success() {
        bail!("{} failed: {status}", describe(command));
    }
    Ok(())
}

/// Runs `command` and returns what it wrote to standard output; fails unless it ends with code 0.
pub(crate) fn capture(command: &mut Command, limit: Duration) -> Result<String> {
    // A file, not a pipe: a child that writes more than a pipe holds would wait for a reader.
    let mut output = tempfile::tempfile().context("cannot create a temporary file")?;
    let status = run_within(command.stdout(output.try_clone()?), limit)?;
    let text = read_back(&mut output)?;
    if !status.success() {
        bail!(
            "{} failed: {status}\n{}",
            describe(command),
            text.trim_end()
        );
    }
    Ok(text)
}

/// [`capture`] for tools whose standard error is noise unless they fail.
pub(crate) fn capture_quietly(command: &mut Command, limit: Duration) -> Result<String> {
    let mut noise = tempfile::tempfile().context("cannot create a temporary file")?;
    capture(command.stderr(noise.try_clone()?), limit).map_err(|error| {
        match read_back(&mut noise) {
            Ok(text) if !text.trim().is_empty() => error.context(text.trim().to_owned()),
            _ => error,
        }
    })
}

/// The program and its arguments, for messages.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    // Where the program is installed is noise.
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

fn read_back(file: &mut File) -> Result<String> {
    let mut text = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A child and all it started; ended when dropped.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        let Some(group) = Pid::from_raw(self.0.id().cast_signed()) else {
            return;
        };
        // Errors mean that the group is gone, which is what is wanted.
        let _ = kill_process_group(group, Signal::TERM);
        let ended = clock::wait_uninterrupted(GRACE, || matches!(self.0.try_wait(), Ok(Some(_))));
        if !ended {
            let _ = kill_process_group(group, Signal::KILL);
            let _ = self.0.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_captured_and_a_failure_names_the_command() {
        let limit = Duration::from_secs(5);
        assert_eq!(
            capture(Command::new("echo").arg("hello"), limit).unwrap(),
            "hello\n"
        );
        let error = capture(Command::new("sh").args(["-c", "echo why; exit 3"]), limit)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("exit status: 3") && error.contains("why"),
            "{error}"
        );
    }

    #[test]
    fn child_that_exceeds_its_limit_is_ended() {
        let error = run_within(Command::new("sleep").arg("60"), Duration::from_millis(50))
            .unwrap_err()
            .to_string();
        assert_eq!(error, "sleep 60 did not end within 0 s");
    }
}
