//! The Kafka client of Headwater.
