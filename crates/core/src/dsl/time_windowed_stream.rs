//! The handle to a grouped stream that is cut into time windows.

use std::fmt;
use std::time::Duration;

use super::{KGroupedStream, TimeWindows};
use crate::window::Emit;

/// A grouped stream cut into tumbling, hopping or sliding windows, to be aggregated.
///
/// Semantics: `org.apache.kafka.streams.kstream.TimeWindowedKStream`.
pub struct TimeWindowedKStream<'b, K, V> {
    pub(crate) group: KGroupedStream<'b, K, V>,
    pub(crate) windows: TimeWindows,
    pub(crate) emit: Emit,
    /// Closes what is open when there was no record for so long; with `Emit::OnClose` only.
    pub(crate) idle: Option<Duration>,
}

impl<'b, K: 'static, V: 'static> TimeWindowedKStream<'b, K, V> {
    pub(crate) const fn new(group: KGroupedStream<'b, K, V>, windows: TimeWindows) -> Self {
        Self {
            group,
            windows,
            emit: Emit::OnUpdate,
            idle: None,
        }
    }
}

impl<K: Clone + 'static, V: Clone + 'static> Clone for TimeWindowedKStream<'_, K, V> {
    /// Another handle to the same windows: both aggregations get every record.
    fn clone(&self) -> Self {
        Self {
            group: self.group.clone(),
            windows: self.windows,
            emit: self.emit,
            idle: self.idle,
        }
    }
}

impl<K, V> fmt::Debug for TimeWindowedKStream<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeWindowedKStream")
            .field("group", &self.group)
            .field("windows", &self.windows)
            .field("emit", &self.emit)
            .field("idle", &self.idle)
            .finish()
    }
}
