//! Ctrl-C, SIGTERM and SIGHUP as a flag, so that guards run and no broker is left behind.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// What a shell reports for a program ended by Ctrl-C.
pub(crate) const EXIT_CODE: u8 = 130;

static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The error of every wait that the user cut short.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Turns the signals into a flag. Only the command line does this: a test that uses `broker` keeps the default.
pub(crate) fn install() -> Result<()> {
    let flag = REQUESTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag)).context("cannot handle signals")?;
    }
    Ok(())
}

/// Fails with [`Interrupted`] once a signal came.
pub(crate) fn check() -> Result<()> {
    let requested = REQUESTED
        .get()
        .is_some_and(|flag| flag.load(Ordering::Relaxed));
    if requested {
        Err(Interrupted.into())
    } else {
        Ok(())
    }
}
