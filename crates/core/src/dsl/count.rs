//! Numbers that count.

/// What a count is kept as: `i64`, as in Kafka Streams, or a type of the program.
#[diagnostic::on_unimplemented(
    message = "a count cannot be kept as `{Self}`",
    label = "a codec of whole numbers is needed here: `I64`"
)]
pub trait Count: Clone + 'static {
    /// No record.
    fn zero() -> Self;

    /// So many records more, or fewer if negative.
    #[must_use]
    fn plus(self, more: i64) -> Self;

    /// The records of both: two sessions have become one.
    #[must_use]
    fn sum(self, other: Self) -> Self;
}

impl Count for i64 {
    fn zero() -> Self {
        0
    }

    fn plus(self, more: i64) -> Self {
        self.wrapping_add(more)
    }

    fn sum(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}
