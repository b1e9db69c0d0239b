//! The first doubled pairs, on their way from the worker threads to the screen.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use crate::double::Doubled;

/// How many pairs are shown.
const SAMPLES: usize = 5;

/// A closure for the topology that passes on the first pairs as JSON, and where they arrive.
pub(crate) fn samples() -> (impl Fn(&Doubled) + Send + Sync + 'static, Receiver<String>) {
    let (sender, receiver) = sync_channel(SAMPLES);
    let left = AtomicUsize::new(SAMPLES);
    let look = move |doubled: &Doubled| {
        let one_less = |left: usize| left.checked_sub(1);
        let wanted = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        if wanted.is_ok()
            && let Ok(json) = serde_json::to_string(doubled)
        {
            // There is room for each; only a program that ends no longer listens.
            let _ = sender.try_send(json);
        }
    };
    (look, receiver)
}
