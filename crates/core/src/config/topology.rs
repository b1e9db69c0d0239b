//! Typed getters of the settings that a topology is described with.

use std::time::Duration;

use super::defs::{self, KEYS};
use super::{ConfigError, StreamsConfig, parse};

/// The keys that [`StreamsBuilder::configured_by`](crate::dsl::StreamsBuilder::configured_by)
/// reads.
const KEYS_OF_TOPOLOGY: &[&str] = &[
    "topology.optimization",
    "ensure.explicit.internal.resource.naming",
    "dsl.store.suppliers.class",
    "dsl.store.format",
    "upgrade.from",
    "windowstore.changelog.additional.retention.ms",
    EMIT_CLOSED_WINDOWS,
    EMIT_UNJOINED,
    LOSE_EXPIRED_RESULTS,
];
const EMIT_CLOSED_WINDOWS: &str = "__emit.interval.ms.kstreams.windowed.aggregation__";
const EMIT_UNJOINED: &str = "__emit.interval.ms.kstreams.outer.join.spurious.results.fix__";
const LOSE_EXPIRED_RESULTS: &str = "__lose.expired.window.results__";

/// How rows of tables lie in their stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DslStoreFormat {
    #[default]
    Default,
    /// With a block of headers before each.
    Headers,
}

impl StreamsConfig {
    /// Whether the settings that a topology is described with can be read. The others may still
    /// be missing: a topology is described before an application is configured.
    pub(crate) fn validate_for_topology(&self) -> Result<(), ConfigError> {
        let ours = KEYS
            .iter()
            .filter(|key| KEYS_OF_TOPOLOGY.contains(&key.name));
        let set = ours.filter_map(|key| Some((key, self.get(key.name)?)));
        let problems = set.filter_map(|(key, value)| parse::check(key, value).err());
        let problems = problems.chain(super::check::optimization_alone(self));
        ConfigError::of(problems.collect()).map_or(Ok(()), Err)
    }

    /// `topology.optimization`: the rewrites that are allowed, by Kafka's names; `["none"]` for none.
    pub fn topology_optimizations(&self) -> Vec<&'static str> {
        self.read("topology.optimization", parse::list)
    }

    /// `ensure.explicit.internal.resource.naming`.
    pub(crate) fn refuses_generated_names(&self) -> bool {
        self.read("ensure.explicit.internal.resource.naming", parse::choice) == "true"
    }

    /// Whether `dsl.store.suppliers.class` asks for stores in memory.
    pub(crate) fn keeps_stores_in_memory(&self) -> bool {
        let word = self.read("dsl.store.suppliers.class", parse::choice);
        word == "in_memory" || word.ends_with("$InMemoryDslStoreSuppliers")
    }

    /// `dsl.store.format`.
    pub(crate) fn dsl_store_format(&self) -> DslStoreFormat {
        match self.read("dsl.store.format", parse::choice) {
            "HEADERS" => DslStoreFormat::Headers,
            _ => DslStoreFormat::Default,
        }
    }

    /// `upgrade.from`: major and minor version of the peers.
    pub(crate) fn upgrade_from(&self) -> Option<(u32, u32)> {
        let key = defs::find("upgrade.from")?;
        let version = parse::choice(key, self.get(key.name)?).ok()?;
        let (major, minor) = version.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    }

    /// `windowstore.changelog.additional.retention.ms`.
    pub(crate) fn changelog_additional_retention_ms(&self) -> i64 {
        self.whole("windowstore.changelog.additional.retention.ms")
    }

    /// How long closed windows wait at most before they are emitted.
    pub(crate) fn emit_closed_windows_every(&self) -> Duration {
        self.duration(EMIT_CLOSED_WINDOWS)
    }

    /// Whether closed windows that are past the retention are lost, as in Kafka Streams.
    pub(crate) fn loses_expired_results(&self) -> bool {
        self.read(LOSE_EXPIRED_RESULTS, parse::choice) == "true"
    }

    /// How long records without a partner wait at most before they are emitted.
    pub(crate) fn emit_unjoined_every(&self) -> Duration {
        self.duration(EMIT_UNJOINED)
    }
}
