//! The handle to a grouped stream that is cut into sessions.

use std::fmt;

use super::{KGroupedStream, Windows};
use crate::window::{Emit, SessionWindows};

/// A grouped stream cut into sessions, to be aggregated.
///
/// Semantics: `org.apache.kafka.streams.kstream.SessionWindowedKStream`.
#[must_use = "a stream that nothing follows does nothing"]
pub struct SessionWindowedKStream<'b, K, V> {
    pub(crate) group: KGroupedStream<'b, K, V>,
    pub(crate) windows: SessionWindows,
    pub(crate) emit: Emit,
}

impl<K, V> SessionWindowedKStream<'_, K, V> {
    /// When rows are passed on: with every update, which is the default, or once when a session
    /// closes. Semantics: `SessionWindowedKStream.emitStrategy` (KIP-825).
    pub fn emit(self, emit: Emit) -> Self {
        Self { emit, ..self }
    }
}

impl Windows for SessionWindows {
    type Stream<'b, K: 'static, V: 'static> = SessionWindowedKStream<'b, K, V>;

    fn cut<K: 'static, V: 'static>(
        self,
        group: KGroupedStream<'_, K, V>,
    ) -> SessionWindowedKStream<'_, K, V> {
        SessionWindowedKStream {
            group,
            windows: self,
            emit: Emit::default(),
        }
    }
}

impl<K, V> fmt::Debug for SessionWindowedKStream<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionWindowedKStream")
            .field("group", &self.group)
            .field("windows", &self.windows)
            .field("emit", &self.emit)
            .finish()
    }
}
