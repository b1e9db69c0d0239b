//! Keys of streams that rows of a table are found by.

/// A key of a stream that rows with keys `K` are found by: a `K`, or an `Option` of it, whose
/// `None` finds no row.
#[diagnostic::on_unimplemented(
    message = "rows with keys `{K}` cannot be found by keys `{Self}`",
    label = "the stream and the table have different keys",
    note = "give the stream the keys of the table with `select_key` first"
)]
pub trait RowKey<K> {
    /// The key of the row; `None` if there can be none.
    fn row_key(&self) -> Option<&K>;
}

impl<K> RowKey<K> for K {
    fn row_key(&self) -> Option<&K> {
        Some(self)
    }
}

impl<K> RowKey<K> for Option<K> {
    fn row_key(&self) -> Option<&K> {
        self.as_ref()
    }
}
