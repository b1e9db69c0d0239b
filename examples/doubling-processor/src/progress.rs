//! The live line on a terminal, and plain lines once a second elsewhere: both on stderr.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::Duration;

use headwater::AppTotals;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a plain line is printed.
const PLAIN_EVERY: Duration = Duration::from_secs(1);
/// Looks at the total between which the rate is taken.
const LOOKS: usize = 10;

/// Tells how far the program is.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    plain_due: Duration,
    rate: Rate,
}

impl Progress {
    /// Starts the clock; `records` is how many there will be, if that is known.
    pub(crate) fn start(records: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(records, ProgressDrawTarget::stderr());
        let template = match records {
            Some(_) => "{spinner} {bar:24} {msg}",
            None => "{spinner} {msg}",
        };
        bar.set_style(ProgressStyle::with_template(template).expect("the templates are valid"));
        Self {
            bar,
            plain_due: PLAIN_EVERY,
            rate: Rate::default(),
        }
    }

    /// A writer for log lines, which go above the live line.
    pub(crate) fn log_writer(&self) -> impl Fn() -> AboveLiveLine + Send + Sync + 'static {
        let bar = self.bar.clone();
        move || AboveLiveLine(bar.clone())
    }

    /// Shows totals and lag.
    pub(crate) fn show(&mut self, totals: AppTotals, lag_records: Option<u64>) {
        self.bar.set_position(totals.produced);
        let per_second = self.rate.per_second(self.bar.elapsed(), totals.produced);
        let lag = lag_records.map_or("?".to_owned(), |lag| HumanCount(lag).to_string());
        let of_all = self.bar.length().map(HumanCount);
        let of_all = of_all.map_or(String::new(), |all| format!(" of {all}"));
        let line = format!(
            "{}{of_all} doubled, {}/s, lag {lag}, {} bad",
            HumanCount(totals.produced),
            HumanCount(per_second),
            HumanCount(totals.dropped),
        );
        if self.bar.is_hidden() {
            if self.bar.elapsed() >= self.plain_due {
                self.plain_due += PLAIN_EVERY;
                eprintln!("{line}");
            }
        } else {
            self.bar.set_message(line);
            self.bar.tick();
        }
    }

    /// Prints a line of results on stdout.
    pub(crate) fn print(&self, line: &str) {
        self.bar.suspend(|| println!("{line}"));
    }

    /// Prints a line for the reader on stderr.
    pub(crate) fn note(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Takes the live line away and prints the totals on stdout.
    pub(crate) fn end(self, totals: AppTotals) {
        let elapsed = self.bar.elapsed();
        self.bar.finish_and_clear();
        println!(
            "doubled {} {} in {:.1} s ({}/s), {} bad",
            HumanCount(totals.produced),
            if totals.produced == 1 {
                "record"
            } else {
                "records"
            },
            elapsed.as_secs_f64(),
            HumanCount(per_second(totals.produced, elapsed)),
            HumanCount(totals.dropped),
        );
    }
}

/// How fast a total grows, over the last looks at it.
#[derive(Debug, Default)]
struct Rate(VecDeque<(Duration, u64)>);

impl Rate {
    fn per_second(&mut self, now: Duration, total: u64) -> u64 {
        if self.0.len() == LOOKS {
            self.0.pop_front();
        }
        self.0.push_back((now, total));
        let (since, before) = self.0.front().copied().unwrap_or_default();
        per_second(total - before, now.saturating_sub(since))
    }
}

fn per_second(count: u64, time: Duration) -> u64 {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    count.saturating_mul(1_000) / millis.max(1)
}

/// Writes to stderr above the live line.
pub(crate) struct AboveLiveLine(ProgressBar);

impl Write for AboveLiveLine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
