//! Test driver for Headwater topologies: the real task code, no broker, no clock.
//!
//! [`TopologyTestDriver`] runs the same tasks as an application, on topics that live in memory
//! and with a wall clock that only the test moves.

mod driver;
mod error;
mod input;
mod output;
mod topic;

pub use driver::{DriverBuilder, TopologyTestDriver};
pub use error::DriverError;
pub use input::TestInput;
pub use output::{TestOutput, TestRecord};
