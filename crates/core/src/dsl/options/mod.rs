//! The options of the verbs: codecs, names, partitioners.

mod consumed;
mod printed;
mod processed;
mod produced;
mod repartitioned;

pub use consumed::Consumed;
pub(crate) use printed::Format;
pub use printed::Printed;
pub use processed::Processed;
pub use produced::Produced;
pub use repartitioned::Repartitioned;
