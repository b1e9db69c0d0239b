//! The settings that the threads of an application work with, read once from the configuration.

use std::collections::BTreeMap;
use std::time::Duration;

use headwater_core::config::{StreamsConfig, TaskIdle};

use crate::error::AppError;

/// A flush gets at least so long, whatever `task.timeout.ms` says: one round trip must fit.
const FLUSH_TIMEOUT_MIN: Duration = Duration::from_secs(10);
/// A shutdown spends at most so long on records that are fetched and not yet processed.
const DRAIN_TIMEOUT_MAX: Duration = Duration::from_secs(1);

/// Settings, in the types that use them.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) application_id: String,
    pub(crate) workers: usize,
    pub(crate) commit_interval: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) idling: TaskIdle,
    pub(crate) buffered_records_max: usize,
    pub(crate) batch_records_max: usize,
    pub(crate) cache_bytes_max: usize,
    pub(crate) replication_factor: Option<u16>,
    /// What the user sets for internal topics, by key.
    pub(crate) internal_topic_config: BTreeMap<String, String>,
    pub(crate) connect_timeout: Duration,
    pub(crate) flush_timeout: Duration,
    pub(crate) drain_timeout: Duration,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) summary_interval: Option<Duration>,
    pub(crate) purge_interval: Duration,
}

impl Settings {
    pub(crate) fn of(config: &StreamsConfig) -> Result<Self, AppError> {
        config
            .validate()
            .map_err(|error| AppError::Config(Box::new(error)))?;
        Ok(Self {
            application_id: config.application_id().to_owned(),
            workers: config.num_stream_threads(),
            commit_interval: config.commit_interval(),
            poll_interval: config.poll_interval(),
            idling: config.max_task_idle(),
            buffered_records_max: config.buffered_records_per_partition(),
            batch_records_max: config.batch_records_max(),
            cache_bytes_max: config.cache_bytes_max(),
            replication_factor: config.replication_factor(),
            internal_topic_config: config.internal_topic_properties(),
            connect_timeout: config.default_api_timeout(),
            flush_timeout: config.task_timeout().max(FLUSH_TIMEOUT_MIN),
            drain_timeout: config.shutdown_timeout().min(DRAIN_TIMEOUT_MAX),
            shutdown_timeout: config.shutdown_timeout(),
            summary_interval: config.log_summary_interval(),
            purge_interval: config.repartition_purge_interval(),
        })
    }
}
