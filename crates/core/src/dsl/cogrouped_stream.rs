//! The handles to grouped streams that are aggregated into one table.

use std::fmt;
use std::rc::Rc;

use super::{StreamsBuilder, TimeWindows};
use crate::codec::SharedCodec;
use crate::operator::aggregate::Cogrouped;
use crate::window::SessionWindows;

/// Several grouped streams, each with what adds its values to the rows of one table.
///
/// Semantics: `org.apache.kafka.streams.kstream.CogroupedKStream` (KIP-150).
#[must_use = "grouped streams that nothing aggregates do nothing"]
pub struct CogroupedKStream<'b, K, A> {
    pub(crate) builder: &'b StreamsBuilder,
    pub(crate) key: SharedCodec<K>,
    pub(crate) streams: Vec<Rc<dyn Cogrouped<K, A>>>,
}

/// Several grouped streams cut into tumbling, hopping or sliding windows, to be aggregated into
/// one table.
///
/// Semantics: `org.apache.kafka.streams.kstream.TimeWindowedCogroupedKStream` (KIP-150).
#[must_use = "grouped streams that nothing aggregates do nothing"]
pub struct TimeWindowedCogroupedKStream<'b, K, A> {
    pub(crate) streams: CogroupedKStream<'b, K, A>,
    pub(crate) windows: TimeWindows,
}

/// Several grouped streams cut into sessions, to be aggregated into one table.
///
/// Semantics: `org.apache.kafka.streams.kstream.SessionWindowedCogroupedKStream` (KIP-150).
#[must_use = "grouped streams that nothing aggregates do nothing"]
pub struct SessionWindowedCogroupedKStream<'b, K, A> {
    pub(crate) streams: CogroupedKStream<'b, K, A>,
    pub(crate) windows: SessionWindows,
}

impl<K: Clone + 'static, A: 'static> Clone for CogroupedKStream<'_, K, A> {
    /// Another handle to the same streams: both tables get every record, through the same
    /// repartition topics.
    fn clone(&self) -> Self {
        self.builder.with_graph(|graph| {
            for stream in &self.streams {
                stream.allow_tee(graph);
            }
        });
        Self {
            builder: self.builder,
            key: SharedCodec::clone(&self.key),
            streams: self.streams.clone(),
        }
    }
}

impl<K: Clone + 'static, A: 'static> Clone for TimeWindowedCogroupedKStream<'_, K, A> {
    /// Another handle to the same windows: both tables get every record.
    fn clone(&self) -> Self {
        Self {
            streams: self.streams.clone(),
            windows: self.windows,
        }
    }
}

impl<K: Clone + 'static, A: 'static> Clone for SessionWindowedCogroupedKStream<'_, K, A> {
    /// Another handle to the same sessions: both tables get every record.
    fn clone(&self) -> Self {
        Self {
            streams: self.streams.clone(),
            windows: self.windows,
        }
    }
}

impl<K, A> fmt::Debug for CogroupedKStream<'_, K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CogroupedKStream")
            .field("streams", &self.streams.len())
            .finish_non_exhaustive()
    }
}

impl<K, A> fmt::Debug for SessionWindowedCogroupedKStream<'_, K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionWindowedCogroupedKStream")
            .field("streams", &self.streams)
            .field("windows", &self.windows)
            .finish()
    }
}

impl<K, A> fmt::Debug for TimeWindowedCogroupedKStream<'_, K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeWindowedCogroupedKStream")
            .field("streams", &self.streams)
            .field("windows", &self.windows)
            .finish()
    }
}
