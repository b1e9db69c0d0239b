//! Why a program is no valid topology.

use crate::config::ConfigError;

/// Why a topology cannot be built. Each names the node or topic and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopologyError {
    /// A name Kafka does not allow.
    #[error("{what} name {name:?} is illegal: {reason}")]
    IllegalName {
        /// What was named.
        what: &'static str,
        /// The name.
        name: String,
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// Two nodes of one name.
    #[error("node {0} is there already; give each node a name of its own")]
    DuplicateNode(String),
    /// A handle of one builder that was given to a verb of another.
    #[error("{0} belongs to another builder; describe one topology on one builder")]
    OtherBuilder(String),
    /// Two stores of one name.
    #[error("store {0} is there already; give each store a name of its own")]
    DuplicateStore(String),
    /// A store that was never declared.
    #[error(
        "node {node} uses store {store}, which is not part of the topology; add it with \
         `StreamsBuilder::add_store`"
    )]
    UnknownStore {
        /// The node.
        node: String,
        /// The store.
        store: String,
    },
    /// A store used with other types than it was declared with.
    #[error(
        "node {node} uses store {store} with other key, value or kind than it was added with; use \
         one definition for both"
    )]
    StoreOfOtherType {
        /// The node.
        node: String,
        /// The store.
        store: String,
    },
    /// A source without topics.
    #[error("source {0} reads no topic; give it at least one")]
    NoTopics(String),
    /// One topic in two sources whose topics overlap without being the same.
    #[error(
        "topic {topic} is read by the sources {first} and {second} whose topics are not the same; \
         read it once and clone the stream"
    )]
    OverlappingSources {
        /// The topic.
        topic: String,
        /// The source that read it first.
        first: String,
        /// The source that reads it too.
        second: String,
    },
    /// One topic read by a table and by another source.
    #[error(
        "topic {topic} is read by the sources {first} and {second}, of which one is a table's; \
         read it once, as a table, and clone the handle, or turn it into a stream with \
         `KTable::into_stream`"
    )]
    TopicReadTwice {
        /// The topic.
        topic: String,
        /// The source that read it first.
        first: String,
        /// The source that reads it too.
        second: String,
    },
    /// Two sources of the same topics that start at different places.
    #[error(
        "the sources {first} and {second} read the same topics with different offset resets; \
         give both the same"
    )]
    ConflictingReset {
        /// The first source.
        first: String,
        /// The second.
        second: String,
    },
    /// A regular expression that is none.
    #[error("source {source_name} has an invalid pattern {pattern:?}: {reason}")]
    InvalidPattern {
        /// The source.
        source_name: String,
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A topic or store that would get a generated name.
    #[error(
        "{what} of node {node} has no name of its own and would be called {generated}, which \
         changes when the program does; name it with `{remedy}`, or allow generated names with \
         `StreamsBuilder::with_generated_names()`"
    )]
    GeneratedName {
        /// What would be named so.
        what: &'static str,
        /// The node it belongs to.
        node: String,
        /// The generated name.
        generated: String,
        /// The call that names it.
        remedy: &'static str,
    },
    /// Windows without a size.
    #[error("windows are to be of no size; they need at least a millisecond")]
    EmptyWindows,
    /// Hopping windows that stand still, or leave gaps.
    #[error(
        "windows of {size_ms} ms are to begin every {advance_ms} ms; that must be at least a \
         millisecond and at most their size"
    )]
    WindowAdvance {
        /// Their size.
        size_ms: i64,
        /// How often one begins.
        advance_ms: i64,
    },
    /// A window store that would drop windows which late records still belong to.
    #[error(
        "store {store} is to keep windows for {retention_ms} ms, but they need {needed_ms} ms: \
         their size (twice the difference of sliding windows) and grace; ask for more with \
         `Materialized::retention`"
    )]
    RetentionTooShort {
        /// The store.
        store: String,
        /// What was asked for.
        retention_ms: i64,
        /// What it takes.
        needed_ms: i64,
    },
    /// An option that a store of this kind does not have.
    #[error("store {store} keeps {rows}, for which there is no `{option}`; leave it out")]
    OptionNotForStore {
        /// The store.
        store: String,
        /// What was asked for.
        option: &'static str,
        /// What the store keeps.
        rows: &'static str,
    },
    /// A repartition topic without partitions.
    #[error("repartition topic {0} is to have no partitions; ask for at least one")]
    NoPartitions(String),
    /// Two repartition topics that are joined, asked for with different partition counts.
    #[error(
        "the repartition topics {first} ({first_partitions} partitions) and {second} \
         ({second_partitions} partitions) are joined and need equal counts; give both the same \
         `Repartitioned::partitions`"
    )]
    UnequalPartitions {
        /// One topic.
        first: String,
        /// How many partitions it is to have.
        first_partitions: u32,
        /// The other topic.
        second: String,
        /// How many that is to have.
        second_partitions: u32,
    },
    /// The configuration that the builder was given.
    #[error(transparent)]
    Config(ConfigError),
    /// One internal topic made twice.
    #[error("internal topic {0} is made twice; give each repartition a name of its own")]
    DuplicateInternalTopic(String),
    /// A join with grace that cannot look the past up.
    #[error(
        "join {0} waits for late updates, but its table keeps no versions; make the table \
         `Materialized::versioned`, or leave the grace out"
    )]
    GraceWithoutVersions(String),
    /// A join with grace that waits longer than the table remembers.
    #[error(
        "join {join} waits {grace_ms} ms for late updates, but store {store} keeps versions for \
         {history_ms} ms only; keep them for at least the grace"
    )]
    GraceBeyondHistory {
        /// The join.
        join: String,
        /// How long it waits.
        grace_ms: i64,
        /// The table's store.
        store: String,
        /// How long it keeps versions.
        history_ms: i64,
    },
    /// A table suppressed until its windows close, which has none.
    #[error(
        "{0} waits until windows close, but not all it follows are windowed aggregations; \
         suppress until a time limit instead"
    )]
    NoWindows(String),
    /// A suppressed table with versions.
    #[error("{0} suppresses a versioned table; only tables without versions can be suppressed")]
    SuppressedVersions(String),
    /// A global table with versions.
    #[error("the global table of topic {0} is to keep versions; global tables cannot")]
    VersionedGlobalTable(String),
    /// A join whose windows end before they begin.
    #[error(
        "a join's window from {before_ms} ms before to {after_ms} ms after a record ends before it \
         begins; the sum of the two must not be negative"
    )]
    NegativeJoinWindow {
        /// How long before a record its partner may lie.
        before_ms: i64,
        /// How long after.
        after_ms: i64,
    },
    /// Nothing to run.
    #[error("the topology has no source; begin with `StreamsBuilder::stream`")]
    Empty,
}
