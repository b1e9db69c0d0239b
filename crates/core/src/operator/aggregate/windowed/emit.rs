//! `windowed_by`: what the aggregations in windows begin with.

use crate::dsl::{KGroupedStream, Windows};

impl<'b, K: 'static, V: 'static> KGroupedStream<'b, K, V> {
    /// Cuts the stream of each key into windows, to be aggregated each by itself.
    ///
    /// Semantics: `KGroupedStream.windowedBy`.
    #[must_use = "windows that nothing aggregates do nothing"]
    pub fn windowed_by<W: Windows>(self, windows: W) -> W::Grouped<'b, K, V> {
        windows.cut(self)
    }
}
