//! What a program that describes a topology needs: `use headwater::prelude::*`.

pub use crate::TopologyError;
#[cfg(feature = "json")]
pub use crate::codec::Json;
pub use crate::codec::{
    Bool, Codec, CodecExt as _, F32, F64, I32, I64, IgnoreKey, RawBytes, Utf8, UuidText,
};
pub use crate::config::StreamsConfig;
pub use crate::dsl::{
    Consumed, EagerBuffer, GlobalKTable, Grouped, Joined, KGroupedStream, KGroupedTable, KStream,
    KTable, Materialized, Processed, Produced, Repartitioned, SessionWindowedKStream, Stored,
    StreamJoined, StreamsBuilder, StrictBuffer, Suppressed, TableJoined, TimeWindowedKStream, Ttl,
};
pub use crate::failure::{Decision, Failure, FailurePolicy};
pub use crate::partition::{Partitioner, Partitioning};
pub use crate::processor::{
    FixedKeyContext, FixedKeyProcessor, FixedKeyRecord, Processor, ProcessorContext, PunctuationId,
    PunctuationKind,
};
pub use crate::record::{Headers, Record};
pub use crate::time::{Timestamp, TimestampExtractor};
pub use crate::topology::{OffsetReset, Topology};
pub use crate::window::{
    Emit, HoppingWindows, JoinWindows, SessionWindowed, SessionWindows, SlidingWindows,
    TimeWindowed, TumblingWindows, Window, Windowed,
};
