//! The table that `cargo xtask bench` prints.

use std::fmt::Write;

use super::measurement::Measurement;
use super::statistics::Spread;

/// One program and its runs, in the order of the rounds.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) runs: Vec<Measurement>,
}

/// CPU seconds per million records of both programs, and the candidate's share of the baseline.
pub(crate) fn report(baseline: &Series, candidate: &Series) -> String {
    let width = baseline
        .name
        .len()
        .max(candidate.name.len())
        .max("CPU s per million records".len());
    let mut text = format!("{:width$}  {:>24}  {:>24}\n", "", "2nd half", "whole run");
    let mut line = |name: &str, of: &dyn Fn(Part) -> Option<Spread>| {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{name:width$}  {:>24}  {:>24}",
            show(of(Part::SecondHalf)),
            show(of(Part::Whole))
        );
    };
    line("CPU s per million records", &|_| None);
    for series in [baseline, candidate] {
        line(&series.name, &|part| spread(series, part));
    }
    line("ratio of medians", &|part| {
        ratio_of_medians(baseline, candidate, part)
    });
    line("ratio of pairs", &|part| {
        ratio_of_pairs(baseline, candidate, part)
    });
    text
}

#[derive(Debug, Clone, Copy)]
enum Part {
    SecondHalf,
    Whole,
}

impl Part {
    fn of(self, run: &Measurement) -> f64 {
        match self {
            Self::SecondHalf => run.second_half(),
            Self::Whole => run.whole(),
        }
    }
}

fn spread(series: &Series, part: Part) -> Option<Spread> {
    Spread::of(series.runs.iter().map(|run| part.of(run)))
}

fn ratio_of_medians(baseline: &Series, candidate: &Series, part: Part) -> Option<Spread> {
    let ratio = spread(candidate, part)?.median / spread(baseline, part)?.median;
    Spread::of([ratio])
}

/// Runs of one round share the state of the machine, so their ratio is steadier than either figure.
fn ratio_of_pairs(baseline: &Series, candidate: &Series, part: Part) -> Option<Spread> {
    let pairs = candidate.runs.iter().zip(&baseline.runs);
    Spread::of(pairs.map(|(candidate, baseline)| part.of(candidate) / part.of(baseline)))
}

#[expect(clippy::float_cmp, reason = "equal means that there is one value only")]
fn show(spread: Option<Spread>) -> String {
    match spread {
        None => "median (min – max)".to_owned(),
        Some(Spread { min, median, max }) if min == max => format!("{median:.2}{:16}", ""),
        Some(Spread { min, median, max }) => format!("{median:.2} ({min:.2} – {max:.2})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, totals: &[f64]) -> Series {
        let run = |total: &f64| {
            let line = format!(
                "{{\"cpu_half\":{},\"cpu_total\":{total},\"records\":1000000}}",
                total * 0.6
            );
            Measurement::parse(&line, 1_000_000).unwrap()
        };
        Series {
            name: name.to_owned(),
            runs: totals.iter().map(run).collect(),
        }
    }

    #[test]
    fn table_shows_both_programs_and_their_ratio() {
        let text = report(
            &series("raw", &[1.0, 2.0, 1.0]),
            &series("run", &[0.5, 1.5, 0.8]),
        );
        let expected = "
                                           2nd half                 whole run
CPU s per million records        median (min – max)        median (min – max)
raw                              0.80 (0.80 – 1.60)        1.00 (1.00 – 2.00)
run                              0.64 (0.40 – 1.20)        0.80 (0.50 – 1.50)
ratio of medians               0.80                      0.80                
ratio of pairs                   0.75 (0.50 – 0.80)        0.75 (0.50 – 0.80)
";
        assert_eq!(format!("\n{text}"), expected);
    }
}
