//! What a store holds, for tests and tools.

/// One entry of a store, in the bytes that Kafka Streams would keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Key, as in the changelog.
    pub key: Vec<u8>,
    /// Value, with the timestamp before it where the store keeps one.
    pub value: Vec<u8>,
}

/// One version of a value: since when it holds, until when (`None`: still), and its bytes.
pub type StoredVersion = (i64, Option<i64>, Vec<u8>);

/// Everything a store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreContent {
    /// Keys in order.
    KeyValue(Vec<StoredEntry>),
    /// Windows by segment, then in the order of their keys.
    Window(Vec<StoredEntry>),
    /// Sessions by segment, then in the order of their keys.
    Session(Vec<StoredEntry>),
    /// Versions of each key, oldest first: key, from, until (`None`: still valid), value.
    Versioned(Vec<(Vec<u8>, Vec<StoredVersion>)>),
    /// A buffer of records that wait, in the order in which they will leave.
    Buffer {
        /// What waits.
        entries: Vec<StoredEntry>,
        /// How many bytes that is by Kafka Streams' count.
        bytes: u64,
        /// The earliest time there is.
        min_timestamp_ms: Option<i64>,
    },
}
