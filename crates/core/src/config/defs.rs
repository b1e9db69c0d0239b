//! The one table of our keys: name, type, default, importance, meaning, and what Kafka calls it.

use Importance::{High, Low, Medium};
use WhenUnset::{Default, Otherwise, Required};

/// One setting of ours.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) when_unset: WhenUnset,
    pub(super) importance: Importance,
    /// What Kafka calls it.
    pub(super) kafka: &'static str,
    /// Markdown, for `docs/configuration.md`.
    pub(super) doc: &'static str,
}

/// What a value must be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// What Kafka allows in the name of a topic, of which it becomes the prefix.
    ApplicationId,
    /// A directory.
    Path,
    /// `host:port`, or nothing.
    Address,
    /// A whole number.
    Whole {
        unit: &'static str,
        min: i64,
        max: i64,
        /// A number outside the range, with what it stands for.
        special: Option<(i64, &'static str)>,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Some of these words, with commas between.
    List(&'static [&'static str]),
}

/// What holds if a key is not set.
#[derive(Clone, Copy)]
pub(super) enum WhenUnset {
    Required,
    Default(&'static str),
    /// Something that is no value, in words.
    Otherwise(&'static str),
}

/// How often a key needs a thought. Semantics: `ConfigDef.Importance`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Importance {
    High,
    Medium,
    Low,
}

const SAME: &str = "same";

const fn whole(unit: &'static str, min: i64, max: i64) -> Kind {
    Kind::Whole {
        unit,
        min,
        max,
        special: None,
    }
}

/// `kind`, or -1 for what these words say.
const fn or_minus_one(kind: Kind, words: &'static str) -> Kind {
    match kind {
        Kind::Whole { unit, min, max, .. } => Kind::Whole {
            unit,
            min,
            max,
            special: Some((-1, words)),
        },
        other => other,
    }
}

const fn millis(min: i64) -> Kind {
    whole("milliseconds", min, i64::MAX)
}

const fn count(min: i64) -> Kind {
    whole("", min, i32::MAX as i64)
}

const fn key(
    name: &'static str,
    kind: Kind,
    when_unset: WhenUnset,
    importance: Importance,
    kafka: &'static str,
    doc: &'static str,
) -> Key {
    Key {
        name,
        kind,
        when_unset,
        importance,
        kafka,
        doc,
    }
}

/// The key of this name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Kafka's words and Kafka's classes.
const STORE_TYPES: &[&str] = &[
    "rocksDB",
    "in_memory",
    "org.apache.kafka.streams.state.BuiltInDslStoreSuppliers$RocksDBDslStoreSuppliers",
    "org.apache.kafka.streams.state.BuiltInDslStoreSuppliers$InMemoryDslStoreSuppliers",
];

/// The versions that `upgrade.from` may name. Semantics: `UpgradeFromValues`.
const VERSIONS: &[&str] = &[
    "2.4", "2.5", "2.6", "2.7", "2.8", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7",
    "3.8", "3.9", "4.0", "4.1", "4.2",
];

#[rustfmt::skip] // one key, three lines: the table is read as a table
pub(super) static KEYS: &[Key] = &[
    key("application.id", Kind::ApplicationId, Required, High, SAME,
        "Names the application: it is the group id, and the prefix of internal topics and of state. \
         All instances of an application share it; changing it starts from nothing."),
    key("processing.guarantee", Kind::Choice(&["at_least_once", "exactly_once_v2"]), Default("at_least_once"), High, SAME,
        "What a crash may do to results: `at_least_once` repeats some. `exactly_once_v2` is not yet supported."),
    key("state.dir", Kind::Path, Otherwise("a directory of the user's own, never a world-writable one"), High, SAME,
        "Where state is kept on disk. Used by stateful operators."),
    key("num.stream.threads", count(1), Default("1"), High, SAME,
        "Worker threads of an instance. More than its tasks (about the partitions it reads) stay idle."),
    key("replication.factor", or_minus_one(whole("", 1, i16::MAX as i64), "the default of the brokers"), Default("-1"), High, SAME,
        "Copies of each partition of internal topics."),
    key("num.standby.replicas", count(0), Default("0"), High, SAME,
        "Copies of state that other instances keep up to date, so that they can take over at once. Used by stateful operators."),
    key("commit.interval.ms", millis(0), Default("30000"), Medium, SAME,
        "How often positions are committed, and caches flushed. After a crash, what was processed since the last commit is \
         processed again. Under `exactly_once_v2` the default is 100."),
    key("statestore.cache.max.bytes", whole("bytes", 0, i64::MAX), Default("10485760"), Medium, SAME,
        "Memory for the write-back caches of an instance, shared by its threads. 0 forwards every update. Used by stateful operators."),
    key("max.task.idle.ms", or_minus_one(millis(0), "never waiting, not even for records that the broker has"), Default("0"), Medium, SAME,
        "How long a task with several inputs waits for one that is empty, so that records are processed in the order of their \
         timestamps. 0 waits only for records that the broker has; more also waits that long for records yet to be produced."),
    key("topology.optimization",
        Kind::List(&["none", "all", "reuse.ktable.source.topics", "merge.repartition.topics", "single.store.self.join"]), Default("none"), Medium, SAME,
        "Which rewrites of the topology are allowed. They change internal topics, so choose before the first start."),
    key("ensure.explicit.internal.resource.naming", Kind::Choice(&["true", "false"]), Default("true"), High, "same, there `false`",
        "Whether a topology is refused that would give generated names to what outlives the program: repartition topics, stores and \
         their changelogs. Read by `StreamsBuilder::configured_by`."),
    key("dsl.store.suppliers.class", Kind::Choice(STORE_TYPES), Default("rocksDB"), Low, "same, and `default.dsl.store`",
        "Which stores the operators use where the program does not say. The names of Kafka's two classes are understood. \
         Read by `StreamsBuilder::configured_by`."),
    key("dsl.store.format", Kind::Choice(&["DEFAULT", "HEADERS"]), Default("DEFAULT"), Low, SAME,
        "How the stores of tables lay out their rows: `HEADERS` puts an empty block of headers before the timestamp, as Kafka \
         Streams 4.3 does. Changelogs are the same. Read by `StreamsBuilder::configured_by`."),
    key("upgrade.from", Kind::Choice(VERSIONS), Otherwise("nothing: all instances run this version"), Low, SAME,
        "The version of the instances that run beside this one during a rolling upgrade: messages between sub-topologies are \
         written so that it understands them. Read by `StreamsBuilder::configured_by`."),
    key("acceptable.recovery.lag", whole("records", 0, i64::MAX), Default("10000"), Medium, SAME,
        "How far a copy of state may lag behind and still take over its task. Used by stateful operators."),
    key("max.warmup.replicas", count(1), Default("2"), Medium, SAME,
        "Copies of state that are built at a time before tasks move to them. Used by stateful operators."),
    key("task.timeout.ms", millis(0), Default("300000"), Medium, SAME,
        "How long a task retries after timeouts of the brokers before it fails. 0 fails at the first."),
    key("shutdown.timeout.ms", millis(0), Default("30000"), Medium, "`KafkaStreams.close(Duration)`",
        "How long a shutdown may take to process what is in hand, flush, commit and leave the group."),
    key("max.poll.records", count(1), Default("1000"), Low, "same, of the consumer",
        "At most so many records are taken from the client at a time."),
    key("buffered.records.per.partition", count(1), Default("1000"), Low, SAME,
        "Records of a partition that wait for their task before the partition is paused."),
    key("poll.ms", millis(0), Default("100"), Low, SAME,
        "How long one wait for records lasts at most."),
    key("default.api.timeout.ms", millis(1), Default("60000"), Low, "same, of consumer and admin client",
        "How long one request to the brokers may take, with its retries: metadata, committed offsets, commits, internal topics."),
    key("repartition.purge.interval.ms", millis(0), Default("30000"), Low, SAME,
        "How often records of repartition topics that are committed are deleted, at commits."),
    key("windowstore.changelog.additional.retention.ms", millis(0), Default("86400000"), Low, SAME,
        "Added to the retention of changelogs of window stores, for clocks that differ. Used by stateful operators."),
    key("__emit.interval.ms.kstreams.windowed.aggregation__", millis(0), Default("0"), Low, "1000 in Kafka Streams, internal",
        "How long an operator that emits closed windows waits, by the wall clock, before it looks for more of them. For tests."),
    key("__emit.interval.ms.kstreams.outer.join.spurious.results.fix__", millis(0), Default("0"), Low, "1000 in Kafka Streams, internal",
        "How long a left or outer join of streams waits, by the wall clock, before it looks for more records that found no \
         partner. For tests."),
    key("__lose.expired.window.results__", Kind::Choice(&["true", "false"]), Default("false"), Low, "there always `true`, internal",
        "Whether closed windows that are past the retention of their store when they would be emitted are lost, as Kafka Streams \
         loses them. For tests that compare with it."),
    key("state.cleanup.delay.ms", millis(0), Default("600000"), Low, SAME,
        "How long state stays on disk after its task has moved away. Used by stateful operators."),
    key("state.cleanup.dir.max.age.ms", or_minus_one(millis(0), "keeping it whatever its age"), Default("-1"), Low, SAME,
        "State older than this is deleted at start. Used by stateful operators."),
    key("probing.rebalance.interval.ms", millis(60_000), Default("600000"), Low, SAME,
        "How often instances look whether a copy of state has caught up and its task can move. Used by stateful operators."),
    key("application.server", Kind::Address, Default(""), Low, SAME,
        "`host:port` under which this instance answers queries of other instances. Used by interactive queries."),
    key("metrics.recording.level", Kind::Choice(&["INFO", "DEBUG", "TRACE"]), Default("INFO"), Low, SAME,
        "Which metrics are recorded: `DEBUG` adds those of each node and store, `TRACE` their end-to-end latency."),
    key("log.summary.interval.ms", or_minus_one(millis(0), "none"), Default("120000"), Low, SAME,
        "How often a line with the totals is logged."),
];
