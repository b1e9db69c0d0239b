//! The Processor API, and the sinks that chain operators together.

mod api;
mod context;
mod fixed_key;
mod lookup;
mod processor_metadata;
mod punctuation;
mod record_context;
mod sink;
mod table_output;
mod task_context;
mod task_times;
mod value_transformer;

pub use api::Processor;
pub(crate) use context::Children;
pub use context::{ProcessorContext, StoreWriter, WritingTask};
pub use fixed_key::{FixedKeyContext, FixedKeyProcessor, FixedKeyRecord};
pub(crate) use lookup::Lookup;
pub use processor_metadata::ProcessorMetadata;
pub(crate) use punctuation::PunctuationSchedule;
pub use punctuation::{PunctuationId, PunctuationKind};
pub(crate) use record_context::{Bytes, RecordContext, put_sized};
pub(crate) use sink::{Discard, Shared, Sink, tee_of};
pub(crate) use table_output::TableOutput;
pub(crate) use task_context::InHand;
pub use task_context::{PartitionCounts, TaskContext, TaskCounters};
pub(crate) use task_times::TaskTimes;
pub use value_transformer::{TransformContext, ValueTransformer};
