//! Test driver for Headwater topologies.
