//! Stores as the program declares them.

use std::fmt;
use std::time::Duration;

use crate::dsl::{ResolvedName, Ttl};
use crate::store::{Form, OpenStore, RowsType, StoreOpening, TaskStore};
use crate::time::duration_millis;

/// What a store is to its changelog: cleanup and retention follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreKind {
    /// Key-value stores, buffers and lists: the last value of each key is kept.
    KeyValue,
    /// Windows and sessions: kept for so long, then dropped.
    Windowed { retention: Duration },
    /// Windows of a stream-stream join: as `Windowed`, but nothing is compacted.
    JoinWindow { retention: Duration },
    /// Versioned key-value stores: so much history is kept.
    Versioned { history: Duration },
}

/// Whether a store is logged, and how its topic is configured beyond the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Logging {
    Off,
    Changelog {
        config: Vec<(String, String)>,
    },
    /// The topic the table is read from serves as its changelog.
    SourceTopic(String),
}

impl Default for Logging {
    fn default() -> Self {
        Self::Changelog { config: Vec::new() }
    }
}

/// The topic that a store is restored from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLog {
    /// A changelog of its own, without the application id before its name.
    Changelog(String),
    /// A topic of the user.
    SourceTopic(String),
}

type Open = Box<dyn Fn(&StoreOpening) -> OpenStore + Send + Sync>;

/// One declared store.
pub(crate) struct StoreNode {
    pub(crate) name: String,
    /// Whether the program gave the name.
    pub(crate) is_named: bool,
    pub(crate) kind: StoreKind,
    pub(crate) logging: Logging,
    /// Type of its rows, to be compared with what its users expect.
    pub(crate) rows_type: RowsType,
    /// How long its rows live.
    pub(crate) ttl: Option<Ttl>,
    pub(crate) open: Open,
}

impl StoreNode {
    /// A store of these rows, with nothing beside their values.
    pub(crate) fn of<T: TaskStore + 'static>(
        name: &ResolvedName,
        kind: StoreKind,
        logging: Logging,
        open: impl Fn(&StoreOpening) -> T + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.name.clone(),
            is_named: name.is_given,
            kind,
            logging,
            rows_type: RowsType::of::<T>(Form::Plain),
            ttl: None,
            open: Box::new(move |opening| OpenStore::new(open(opening))),
        }
    }

    /// The store, of rows in another form.
    pub(crate) fn in_form(self, form: Form) -> Self {
        let rows_type = self.rows_type.in_form(form);
        Self { rows_type, ..self }
    }

    /// The store, whose rows live for so long.
    pub(crate) fn dying_after(self, ttl: Option<Ttl>) -> Self {
        Self { ttl, ..self }
    }

    /// The topic it is restored from.
    pub(crate) fn logged_to(&self) -> Option<StoreLog> {
        match &self.logging {
            Logging::Off => None,
            Logging::Changelog { .. } => Some(StoreLog::Changelog(self.changelog_name())),
            Logging::SourceTopic(topic) => Some(StoreLog::SourceTopic(topic.clone())),
        }
    }

    /// Name of its changelog, without the application id before it.
    pub(crate) fn changelog_name(&self) -> String {
        format!("{}-changelog", self.name)
    }
}

impl fmt::Debug for StoreNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreNode")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("logging", &self.logging)
            .finish_non_exhaustive()
    }
}

/// Whole milliseconds of a changelog's time, plus more.
pub(crate) fn millis_plus(duration: Duration, more_ms: i64) -> String {
    duration_millis(duration)
        .saturating_add(more_ms)
        .to_string()
}
