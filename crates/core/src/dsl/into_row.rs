//! What functions that make rows may return.

/// What a function that makes a row of type `A` may return: an `A`, or an `Option` of it, whose
/// `None` is no row: the row is deleted, or not made.
///
/// Every type that is `Into<Option<A>>` is it; the trait only has words of its own for those
/// that are not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row of a table of `{A}`",
    label = "a function here returns a `{Self}`; it has to return `{A}`, or `Option<{A}>` whose \
             `None` is no row",
    note = "the codec given to `Materialized` says what rows are"
)]
pub trait IntoRow<A>: Into<Option<A>> {}

#[diagnostic::do_not_recommend]
impl<R: Into<Option<A>>, A> IntoRow<A> for R {}
