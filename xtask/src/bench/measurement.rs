//! What a measured program says on the last line of its standard output.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// CPU seconds (user and system, whole process) when half and when all records were processed.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct Measurement {
    cpu_half: f64,
    cpu_total: f64,
    records: u64,
}

/// How many records an output topic holds, and a digest of them that does not depend on their order across partitions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Digest {
    pub(crate) records: u64,
    pub(crate) digest: serde_json::Value,
}

impl Measurement {
    /// Reads the last line and checks that it can be true for `expected` records.
    pub(crate) fn parse(output: &str, expected: u64) -> Result<Self> {
        let measured: Self = last_line(output)?;
        let Self {
            cpu_half,
            cpu_total,
            records,
        } = measured;
        ensure!(
            records >= expected,
            "{records} records processed, {expected} expected"
        );
        ensure!(
            0.0 < cpu_half && cpu_half <= cpu_total,
            "CPU seconds {cpu_half} of {cpu_total} at half time"
        );
        Ok(measured)
    }

    /// CPU seconds per million records in the second half: start-up and warming caches are over.
    #[expect(
        clippy::cast_precision_loss,
        reason = "record counts are far below 2^52"
    )]
    pub(crate) fn second_half(self) -> f64 {
        (self.cpu_total - self.cpu_half) / (self.records as f64 / 2.0) * 1e6
    }

    /// CPU seconds per million records of the whole run.
    #[expect(
        clippy::cast_precision_loss,
        reason = "record counts are far below 2^52"
    )]
    pub(crate) fn whole(self) -> f64 {
        self.cpu_total / self.records as f64 * 1e6
    }
}

impl Digest {
    pub(crate) fn parse(output: &str) -> Result<Self> {
        last_line(output)
    }
}

fn last_line<'a, T: Deserialize<'a>>(output: &'a str) -> Result<T> {
    let line = output
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .context("no output")?;
    serde_json::from_str(line).with_context(|| format!("unexpected last line of output: {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str =
        "ready\n{\"cpu_half\": 1.5, \"cpu_total\": 2.5, \"records\": 2000000, \"peak\": 7}\n\n";

    #[test]
    fn last_line_counts_and_unknown_fields_are_ignored() {
        let measured = Measurement::parse(OUTPUT, 2_000_000).unwrap();
        assert!((measured.second_half() - 1.0).abs() < 1e-9);
        assert!((measured.whole() - 1.25).abs() < 1e-9);
    }

    #[test]
    fn impossible_measurements_are_refused() {
        let refused = |line: &str| Measurement::parse(line, 10).unwrap_err().to_string();
        assert_eq!(
            refused("{\"cpu_half\":1,\"cpu_total\":2,\"records\":9}"),
            "9 records processed, 10 expected"
        );
        assert_eq!(
            refused("{\"cpu_half\":3,\"cpu_total\":2,\"records\":10}"),
            "CPU seconds 3 of 2 at half time"
        );
        assert_eq!(refused("\n"), "no output");
        assert_eq!(refused("done"), "unexpected last line of output: done");
    }

    #[test]
    fn digests_are_equal_when_count_and_digest_are() {
        let digest = |text: &str| Digest::parse(text).unwrap();
        assert_eq!(
            digest("{\"records\":1,\"digest\":\"ab\"}"),
            digest("x\n{\"digest\":\"ab\",\"records\":1}")
        );
        assert_ne!(
            digest("{\"records\":1,\"digest\":[1,2]}"),
            digest("{\"records\":1,\"digest\":[2,1]}")
        );
    }
}
