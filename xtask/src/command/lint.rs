//! `cargo xtask lint`: format, clippy, rustdoc and tidy, with warnings as errors.

use anyhow::Result;

use super::tidy;
use crate::process;
use crate::progress::Step;
use crate::workspace;

pub(crate) fn run() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])?;
    cargo(&["doc", "--workspace", "--no-deps"])?;
    tidy::run()
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let step = Step::start_beside_output(format!("cargo {}", arguments.join(" ")));
    process::succeed(
        workspace::cargo()?
            .args(arguments)
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    step.finish();
    Ok(())
}
