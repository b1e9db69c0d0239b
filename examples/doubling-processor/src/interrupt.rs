//! Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

/// Whether the user wants the program to end.
#[derive(Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on; before that, a signal ends the program at once.
    pub(crate) fn listen() -> io::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        for &signal in TERM_SIGNALS {
            // Order matters: the first signal finds the flag down and raises it.
            let exit_code = 128 + signal;
            flag::register_conditional_shutdown(signal, exit_code, Arc::clone(&raised))?;
            flag::register(signal, Arc::clone(&raised))?;
        }
        Ok(Self(raised))
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
