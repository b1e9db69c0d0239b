//! The one door to everything a maintainer runs: `cargo xtask --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::run()
}
