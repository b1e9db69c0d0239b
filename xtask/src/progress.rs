//! Tells what takes long, and how long it took: a spinner on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::Stopwatch;

/// A step that is under way; prints its duration when it is finished, a bare line when it is dropped before that.
#[derive(Debug)]
pub(crate) struct Step {
    what: String,
    watch: Stopwatch,
    spinner: Option<ProgressBar>,
}

impl Step {
    /// A step that prints nothing itself.
    pub(crate) fn start(what: impl Into<String>) -> Self {
        let what = what.into();
        let spinner = std::io::stderr().is_terminal().then(|| spin(&what));
        if spinner.is_none() {
            eprintln!("{what} …");
        }
        Self {
            what,
            watch: Stopwatch::start(),
            spinner,
        }
    }

    /// A step whose programs write to the terminal, where a spinner would draw over their lines.
    pub(crate) fn start_beside_output(what: impl Into<String>) -> Self {
        let what = what.into();
        eprintln!("{what} …");
        Self {
            what,
            watch: Stopwatch::start(),
            spinner: None,
        }
    }

    pub(crate) fn finish(mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
        eprintln!("{}: done in {}", self.what, seconds(self.watch.elapsed()));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.abandon();
        }
    }
}

/// Work of a known number of parts: a bar on a terminal, plain lines elsewhere.
#[derive(Debug)]
pub(crate) struct Count {
    step: Step,
}

impl Count {
    pub(crate) fn start(what: impl Into<String>, total: usize) -> Self {
        let step = Step::start(what);
        if let Some(bar) = &step.spinner {
            bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}")
            {
                bar.set_style(style);
            }
        }
        Self { step }
    }

    pub(crate) fn set(&self, done: u64) {
        if let Some(bar) = &self.step.spinner {
            bar.set_position(done);
        }
    }

    pub(crate) fn finish(self) {
        self.step.finish();
    }
}

fn spin(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_seconds() {
        assert_eq!(seconds(Duration::from_millis(16_240)), "16.2 s");
    }
}
