//! Which windows a grouped stream can be cut into.

use super::KGroupedStream;

/// What [`KGroupedStream::windowed_by`] takes: tumbling, hopping and sliding windows, and
/// sessions.
pub trait Windows: SealedWindows {
    /// The stream cut into these windows.
    type Grouped<'b, K: 'static, V: 'static>;

    #[doc(hidden)]
    fn cut<K: 'static, V: 'static>(
        self,
        group: KGroupedStream<'_, K, V>,
    ) -> Self::Grouped<'_, K, V>;
}

/// Keeps [`Windows`] closed: each kind of windows is an operator of its own.
pub trait SealedWindows {}
