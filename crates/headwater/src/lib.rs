//! Stream processing on Kafka: Kafka Streams' model with Rust's speed and footprint.
//!
//! A program describes a topology of operators on a [`StreamsBuilder`](prelude::StreamsBuilder)
//! and runs it with an [`App`]; Kafka holds the topics, and more copies of the program share
//! their partitions.
//!
//! ```no_run
//! use headwater::prelude::*;
//!
//! let builder = StreamsBuilder::new();
//! builder
//!     .stream("numbers", Consumed::with(Utf8, I64))
//!     .map_values(|number| number * 2)
//!     .to("doubled", Produced::with(Utf8, I64));
//!
//! let config = StreamsConfig::new("doubling").set("bootstrap.servers", "localhost:9092");
//! let cluster = KafkaCluster::new(&config)?;
//! let app = App::builder(builder.build()?, config).start(cluster)?;
//! app.wait()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate only re-exports:
//! - the DSL, codecs and records of `headwater-core`;
//! - [`App`] and the ports of `headwater-runtime`;
//! - [`kafka`], the client, with the feature `kafka` (default).

pub use headwater_core::{
    TopologyError, codec, config, dsl, failure, partition, processor, record, store, time,
    topology, window,
};
#[cfg(feature = "kafka")]
pub use headwater_kafka as kafka;
pub use headwater_runtime::{
    App, AppBuilder, AppError, AppHandle, AppState, AppTotals, UncaughtResponse, port,
    wait_for_broker,
};

/// What most programs need: `use headwater::prelude::*`.
pub mod prelude {
    pub use crate::{App, AppError, AppHandle, AppState, AppTotals, UncaughtResponse};
    pub use headwater_core::prelude::*;
    #[cfg(feature = "kafka")]
    pub use headwater_kafka::{EmbeddedBroker, KafkaCluster};
}

/// The README's programs compile and its test passes.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The guide's programs compile and their tests pass.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide.md")]
struct Guide;
