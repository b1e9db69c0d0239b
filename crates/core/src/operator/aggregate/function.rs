//! How values become a row.

use crate::dsl::IntoRow;
use std::sync::Arc;

use crate::failure::Failure;

/// Makes the row that a key begins with; `None` if its first value is all there is.
type Initial<A> = dyn Fn() -> Option<A> + Send + Sync;
/// Makes the next row of a value and the row so far. `None` deletes the row.
type Next<K, V, A> = dyn Fn(&K, V, Option<A>) -> Result<Option<A>, Failure> + Send + Sync;
/// As [`Next`], of a value that goes into other rows as well.
type NextOfShared<K, V, A> = dyn Fn(&K, &V, Option<A>) -> Result<Option<A>, Failure> + Send + Sync;

/// What a row begins with, and what comes after.
pub(super) struct Fold<A, N: ?Sized> {
    pub(super) initial: Arc<Initial<A>>,
    pub(super) next: Arc<N>,
}

/// How values become rows where each goes into one row.
pub(super) type Function<K, V, A> = Fold<A, Next<K, V, A>>;

/// How values become rows where each may go into many: those of the windows a record lies in.
pub(super) type SharedFunction<K, V, A> = Fold<A, NextOfShared<K, V, A>>;

impl<A, N: ?Sized> Clone for Fold<A, N> {
    fn clone(&self) -> Self {
        Self {
            initial: Arc::clone(&self.initial),
            next: Arc::clone(&self.next),
        }
    }
}

impl<K: 'static, V: 'static, A: 'static> Function<K, V, A> {
    /// Begins with a value of its own, and with it again after a row was deleted.
    pub(super) fn folding(
        initial: impl Fn() -> A + Send + Sync + 'static,
        next: impl Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync + 'static,
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
        V: IntoRow<A>,
    {
        Self {
            initial: Arc::new(|| None),
            next: Arc::new(move |_, value, so_far| match so_far {
                Some(so_far) => next(so_far, value),
                None => Ok(value.into()),
            }),
        }
    }
}

impl<K: 'static, V: 'static, A: 'static> SharedFunction<K, V, A> {
    /// As [`Function::folding`].
    pub(super) fn folding_shared(
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

    /// As [`Function::reducing`]; each row keeps a value of its own.
    pub(super) fn reducing_shared(
        next: impl Fn(A, V) -> Result<Option<A>, Failure> + Send + Sync + 'static,
    ) -> Self
    where
        V: Clone + IntoRow<A>,
    {
        let of_one = Function::<K, V, A>::reducing(next);
        Self {
            initial: of_one.initial,
            next: Arc::new(move |key, value, so_far| (of_one.next)(key, value.clone(), so_far)),
        }
    }
}
