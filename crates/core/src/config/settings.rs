//! Typed getters of our settings.

use std::path::PathBuf;
use std::time::Duration;

use super::defs::{self, Key, WhenUnset};
use super::{ConfigError, StreamsConfig, parse};

/// What a crash may do to results.
///
/// Semantics: `processing.guarantee` of `org.apache.kafka.streams.StreamsConfig`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProcessingGuarantee {
    /// Nothing is lost; some results may appear twice.
    AtLeastOnce,
    /// Results appear as if nothing had happened. Not yet supported.
    ExactlyOnce,
}

/// How long a task with several inputs waits for one that is empty.
///
/// Semantics: `max.task.idle.ms` (KIP-353, KIP-695).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskIdle {
    /// It does not, not even for records that the broker has: order across inputs is a guess.
    Never,
    /// Until it has fetched the records that the broker has.
    UntilCaughtUp,
    /// As `UntilCaughtUp`, and then so long for records yet to be produced.
    BeyondCaughtUp(Duration),
}

/// Commit interval under exactly-once, if none is set: `StreamsConfig.EOS_DEFAULT_COMMIT_INTERVAL_MS`.
const EXACTLY_ONCE_COMMIT_MS: u64 = 100;

/// Each getter gives what was set, or the default of `docs/configuration.md`.
/// All of them panic on a value that [`validate`](StreamsConfig::validate) refuses.
impl StreamsConfig {
    /// `application.id`: names the group, internal topics and state; empty if it was never set.
    pub fn application_id(&self) -> &str {
        self.get("application.id").unwrap_or_default()
    }

    /// `processing.guarantee`.
    pub fn processing_guarantee(&self) -> ProcessingGuarantee {
        match self.read("processing.guarantee", parse::choice) {
            "exactly_once_v2" => ProcessingGuarantee::ExactlyOnce,
            _ => ProcessingGuarantee::AtLeastOnce,
        }
    }

    /// `commit.interval.ms`: how often positions are committed.
    pub fn commit_interval(&self) -> Duration {
        let is_set = self.get("commit.interval.ms").is_some();
        match self.processing_guarantee() {
            ProcessingGuarantee::ExactlyOnce if !is_set => {
                Duration::from_millis(EXACTLY_ONCE_COMMIT_MS)
            }
            _ => self.duration("commit.interval.ms"),
        }
    }

    /// `poll.ms`: how long one wait for records lasts at most.
    pub fn poll_interval(&self) -> Duration {
        self.duration("poll.ms")
    }

    /// `max.task.idle.ms`: how long a task waits for an empty input.
    pub fn max_task_idle(&self) -> TaskIdle {
        match u64::try_from(self.whole("max.task.idle.ms")) {
            Err(_) => TaskIdle::Never,
            Ok(0) => TaskIdle::UntilCaughtUp,
            Ok(millis) => TaskIdle::BeyondCaughtUp(Duration::from_millis(millis)),
        }
    }

    /// `task.timeout.ms`: how long a task retries after timeouts; zero for not at all.
    pub fn task_timeout(&self) -> Duration {
        self.duration("task.timeout.ms")
    }

    /// `buffered.records.per.partition`: records that wait before a partition is paused, from 1.
    pub fn buffered_records_per_partition(&self) -> usize {
        self.count("buffered.records.per.partition")
    }

    /// `num.stream.threads`: worker threads, from 1.
    pub fn num_stream_threads(&self) -> usize {
        self.count("num.stream.threads")
    }

    /// `max.poll.records`: records taken from the client at a time, from 1.
    pub fn batch_records_max(&self) -> usize {
        self.count("max.poll.records")
    }

    /// `replication.factor` of internal topics, from 1; `None` for the brokers' default.
    pub fn replication_factor(&self) -> Option<u16> {
        let factor = u16::try_from(self.whole("replication.factor"));
        factor.ok().filter(|factor| *factor > 0)
    }

    /// `repartition.purge.interval.ms`: how often processed records of repartition topics go.
    pub fn repartition_purge_interval(&self) -> Duration {
        self.duration("repartition.purge.interval.ms")
    }

    /// `default.api.timeout.ms`: how long one request to the brokers may take, retries included.
    pub fn default_api_timeout(&self) -> Duration {
        self.duration("default.api.timeout.ms")
    }

    /// `shutdown.timeout.ms`: how long a shutdown may take.
    pub fn shutdown_timeout(&self) -> Duration {
        self.duration("shutdown.timeout.ms")
    }

    /// `log.summary.interval.ms`: how often totals are logged; `None` for never.
    pub fn log_summary_interval(&self) -> Option<Duration> {
        let millis = u64::try_from(self.whole("log.summary.interval.ms"));
        millis.ok().map(Duration::from_millis)
    }

    /// `state.dir`: where state is kept; `None` leaves it to the runtime.
    pub fn state_dir(&self) -> Option<PathBuf> {
        self.get("state.dir").map(PathBuf::from)
    }

    /// `statestore.cache.max.bytes`: memory for the caches of an instance.
    pub fn cache_bytes_max(&self) -> usize {
        self.count("statestore.cache.max.bytes")
    }

    pub(super) fn duration(&self, name: &'static str) -> Duration {
        let millis = u64::try_from(self.whole(name));
        Duration::from_millis(millis.expect("the table has no negative duration for this key"))
    }

    fn count(&self, name: &'static str) -> usize {
        let count = usize::try_from(self.whole(name));
        count.expect("the table has no negative count for this key")
    }

    pub(super) fn whole(&self, name: &'static str) -> i64 {
        self.read(name, parse::whole)
    }

    pub(super) fn read<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&Key, &str) -> Result<T, ConfigError>,
    ) -> T {
        let key = defs::find(name).expect("getters name keys of the table");
        let value = match (self.get(name), key.when_unset) {
            (Some(value), _) | (None, WhenUnset::Default(value)) => value,
            (None, WhenUnset::Required | WhenUnset::Otherwise(_)) => "",
        };
        parse(key, value).unwrap_or_else(|error| {
            panic!("settings are validated before they are read, but {error}")
        })
    }
}
