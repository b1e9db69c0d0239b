//! What a driver is made of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use headwater_core::failure::FailurePolicy;
use headwater_core::store::GlobalStores;
use headwater_core::time::Timestamp;
use headwater_core::topology::Topology;

use super::{Commits, TopologyTestDriver};
use crate::DriverError;

/// `statestore.cache.max.bytes` of Kafka Streams.
const CACHE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What a driver is made of.
#[must_use = "a driver is made by `build`"]
#[derive(Debug)]
pub struct DriverBuilder {
    topology: Topology,
    application_id: String,
    topics: BTreeMap<String, u32>,
    started_at: Timestamp,
    failure_policy: FailurePolicy,
    as_one_task: bool,
    commits: Commits,
    cache_bytes_max: usize,
}

impl DriverBuilder {
    pub(super) fn new(topology: Topology) -> Self {
        Self {
            topology,
            application_id: "app".to_owned(),
            topics: BTreeMap::new(),
            started_at: Timestamp::from_millis(0),
            failure_policy: FailurePolicy::stop(),
            as_one_task: false,
            commits: Commits::AfterEachRecord,
            cache_bytes_max: CACHE_BYTES_MAX,
        }
    }

    /// The application id, which goes before the names of internal topics; `app` otherwise.
    pub fn application_id(mut self, id: impl Into<String>) -> Self {
        self.application_id = id.into();
        self
    }

    /// Declares a topic of so many partitions; topics have one otherwise.
    pub fn topic(mut self, name: impl Into<String>, partitions: u32) -> Self {
        self.topics.insert(name.into(), partitions);
        self
    }

    /// Starts the wall clock at this time in milliseconds; at 0 otherwise.
    pub fn started_at_ms(mut self, millis: i64) -> Self {
        self.started_at = Timestamp::from_millis(millis);
        self
    }

    /// What to do about records that fail; the task stops otherwise.
    pub fn failure_policy(mut self, policy: FailurePolicy) -> Self {
        self.failure_policy = policy;
        self
    }

    /// Runs all sub-topologies as one task with one stream time, as the `TopologyTestDriver` of
    /// Kafka Streams does; otherwise each runs as tasks of its own, as on a cluster. Every topic
    /// has one partition then, also one that was declared with more.
    pub fn as_one_task(mut self) -> Self {
        self.as_one_task = true;
        self
    }

    /// Commits only when [`TopologyTestDriver::commit`] is called; otherwise after each record,
    /// as the `TopologyTestDriver` of Kafka Streams does. Until then updates of tables wait in
    /// their caches.
    pub fn commit_on_command(mut self) -> Self {
        self.commits = Commits::OnCommand;
        self
    }

    /// How many bytes the caches of each task hold at most (`statestore.cache.max.bytes`); 10 MiB
    /// otherwise, and none with 0.
    pub fn cache_bytes_max(mut self, bytes: usize) -> Self {
        self.cache_bytes_max = bytes;
        self
    }

    /// Makes the topics and the tasks.
    ///
    /// # Errors
    /// If a processor stops its task in `init`, or topics that are joined have different numbers
    /// of partitions.
    pub fn build(self) -> Result<TopologyTestDriver, DriverError> {
        let topology = if self.as_one_task {
            self.topology.as_one_task()
        } else {
            self.topology
        };
        let mut driver = TopologyTestDriver {
            topology,
            application_id: self.application_id,
            topics: HashMap::new(),
            tasks: BTreeMap::new(),
            stopped: BTreeSet::new(),
            global: None,
            global_stores: GlobalStores::default(),
            wall_clock: self.started_at,
            commits: self.commits,
            cache_bytes_max: self.cache_bytes_max,
            failure_policy: self.failure_policy,
            committed: HashMap::new(),
        };
        let counts = if self.as_one_task {
            driver.single_partitions()
        } else {
            driver.partitions(&self.topics)?
        };
        driver.make_topics(counts);
        driver.make_tasks()?;
        Ok(driver)
    }
}
