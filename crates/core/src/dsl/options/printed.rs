//! Where and how a stream is printed.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Formats a record as a line, without the line's end.
pub(crate) type Format<K, V> = Arc<dyn Fn(&str, &K, &V) -> String + Send + Sync>;

/// Where and how a stream is printed, for looking at it while developing.
///
/// Semantics: `org.apache.kafka.streams.kstream.Printed`.
#[must_use]
pub struct Printed<K, V> {
    pub(crate) out: Arc<Mutex<dyn Write + Send>>,
    pub(crate) label: Option<String>,
    pub(crate) format: Option<Format<K, V>>,
}

impl<K, V> Printed<K, V> {
    /// Prints to this writer, for instance `std::io::stdout()`. Each line is flushed.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self {
            out: Arc::new(Mutex::new(out)),
            label: None,
            format: None,
        }
    }

    /// What stands in brackets before each record; otherwise the name of the stream's node.
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self {
            label: Some(label.into()),
            ..self
        }
    }

    /// Formats key and value; otherwise their `Debug` forms, with a comma between.
    pub fn formatted(
        self,
        format: impl Fn(&str, &K, &V) -> String + Send + Sync + 'static,
    ) -> Self {
        Self {
            format: Some(Arc::new(format)),
            ..self
        }
    }

    /// Prints a line. A writer that fails is the user's terminal gone: there is nobody to tell.
    pub(crate) fn print(out: &Mutex<dyn Write + Send>, line: &str) {
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

impl<K, V> fmt::Debug for Printed<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printed")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}
