//! How the values of a window become its row.

use crate::dsl::IntoRow;
use std::sync::Arc;

use crate::failure::Failure;

/// Makes the row that a window begins with; `None` if its first value is all there is.
type Initial<A> = dyn Fn() -> Option<A> + Send + Sync;
/// Makes the next row of a value and the row so far. `None` deletes the row.
type Next<K, V, A> = dyn Fn(&K, &V, Option<A>) -> Result<Option<A>, Failure> + Send + Sync;

/// How values become a row. Values are borrowed: one record may lie in many windows.
pub(super) struct Function<K, V, A> {
    pub(super) initial: Arc<Initial<A>>,
    pub(super) next: Arc<Next<K, V, A>>,
}

impl<K: 'static, V: 'static, A: 'static> Function<K, V, A> {
    /// Begins with a value of its own.
    pub(super) fn folding(
        initial: impl Fn() -> A + Send + Sync + 'static,
        next: impl Fn(&K, &V, A) -> Result<Option<A>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let initial = Arc::new(initial);
        let again = Arc::clone(&initial);
        Self {
            initial: Arc::new(move || Some(initial())),
            next: Arc::new(move |key, value, so_far| {
                next(key, value, so_far.unwrap_or_else(|| again()))
            }),
        }
    }

    /// Begins with the first value as it is; a first value that is null makes no row.
    pub(super) fn reducing(
        next: impl Fn(A, V) -> Result<Option<A>, Failure> + Send + Sync + 'static,
    ) -> Self
    where
        V: Clone + IntoRow<A>,
    {
        Self {
            initial: Arc::new(|| None),
            // Each window keeps a value of its own.
            next: Arc::new(move |_, value, so_far| match so_far {
                Some(so_far) => next(so_far, value.clone()),
                None => Ok(value.clone().into()),
            }),
        }
    }
}

impl<K, V, A> Clone for Function<K, V, A> {
    fn clone(&self) -> Self {
        Self {
            initial: Arc::clone(&self.initial),
            next: Arc::clone(&self.next),
        }
    }
}
