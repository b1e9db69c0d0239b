//! What lies in a store: compared, when the topology is built, with what its users expect.

use std::any::TypeId;

/// What lies beside the values of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Nothing.
    Plain,
    /// The time of each, as in the stores of tables.
    Stamped,
    /// Several values of one key and time, as in the stores of stream-stream joins.
    Duplicates,
}

/// Type and form of the rows of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowsType {
    rows: TypeId,
    form: Form,
}

impl RowsType {
    pub(crate) fn of<T: 'static>(form: Form) -> Self {
        Self {
            rows: TypeId::of::<T>(),
            form,
        }
    }

    pub(crate) const fn in_form(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

/// A store that a processor asks for.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct UsedStore {
    pub(crate) name: String,
    pub(crate) rows: RowsType,
    pub(crate) place: StorePlace,
}

/// Whose a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorePlace {
    /// The task's.
    Task,
    /// The instance's, and read by all of its tasks.
    Instance,
}
