//! The options of the verbs: codecs, names, partitioners.

mod consumed;
mod grouped;
mod joined;
mod materialized;
mod printed;
mod processed;
mod produced;
mod repartitioned;
mod settings;
mod stored;
mod stream_joined;
mod suppressed;
mod table_joined;
mod ttl;

pub use consumed::Consumed;
pub use grouped::Grouped;
pub use joined::Joined;
pub use materialized::Materialized;
pub(crate) use materialized::{Changes, ResolvedName, StoreNaming, StoreSettings};
pub(crate) use printed::Format;
pub use printed::Printed;
pub use processed::Processed;
pub use produced::Produced;
pub use repartitioned::Repartitioned;
pub use settings::StoreType;
pub(crate) use settings::{ExpiredResults, TopologySettings};
pub use stored::Stored;
pub use stream_joined::StreamJoined;
pub(crate) use suppressed::{BufferBounds, WaitsFrom, WhenFull};
pub use suppressed::{EagerBuffer, InWindow, StrictBuffer, Suppressed, SuppressionBuffer};
pub(crate) use table_joined::ByKey;
pub use table_joined::TableJoined;
pub use ttl::Ttl;
