//! The handle to a grouped stream that is cut into sessions.

use std::fmt;
use std::time::Duration;

use super::{
    CogroupedKStream, KGroupedStream, SealedWindows, SessionWindowedCogroupedKStream, Windows,
};
use crate::window::{Emit, SessionWindows};

/// A grouped stream cut into sessions, to be aggregated.
///
/// Semantics: `org.apache.kafka.streams.kstream.SessionWindowedKStream`.
#[must_use = "a stream that nothing follows does nothing"]
pub struct SessionWindowedKStream<'b, K, V> {
    pub(crate) group: KGroupedStream<'b, K, V>,
    pub(crate) windows: SessionWindows,
    pub(crate) emit: Emit,
    /// Closes what is open when there was no record for so long; with `Emit::OnClose` only.
    pub(crate) idle: Option<Duration>,
}

impl SealedWindows for SessionWindows {}

impl Windows for SessionWindows {
    type Grouped<'b, K: 'static, V: 'static> = SessionWindowedKStream<'b, K, V>;
    type Cogrouped<'b, K: 'static, A: 'static> = SessionWindowedCogroupedKStream<'b, K, A>;

    fn cut_cogroup<K: 'static, A: 'static>(
        self,
        streams: CogroupedKStream<'_, K, A>,
    ) -> SessionWindowedCogroupedKStream<'_, K, A> {
        SessionWindowedCogroupedKStream {
            streams,
            windows: self,
        }
    }

    fn cut<K: 'static, V: 'static>(
        self,
        group: KGroupedStream<'_, K, V>,
    ) -> SessionWindowedKStream<'_, K, V> {
        SessionWindowedKStream {
            group,
            windows: self,
            emit: Emit::default(),
            idle: None,
        }
    }
}

impl<K: Clone + 'static, V: Clone + 'static> Clone for SessionWindowedKStream<'_, K, V> {
    /// Another handle to the same sessions: both aggregations get every record.
    fn clone(&self) -> Self {
        Self {
            group: self.group.clone(),
            windows: self.windows,
            emit: self.emit,
            idle: self.idle,
        }
    }
}

impl<K, V> fmt::Debug for SessionWindowedKStream<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionWindowedKStream")
            .field("group", &self.group)
            .field("windows", &self.windows)
            .field("emit", &self.emit)
            .field("idle", &self.idle)
            .finish()
    }
}
