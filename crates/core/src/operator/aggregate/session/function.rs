//! How values become sessions, and sessions one.

use std::sync::Arc;

use crate::failure::Failure;
use crate::operator::aggregate::function::Function;

/// Makes one value of those of two sessions; the first is what was merged so far.
pub(in crate::operator::aggregate) type Merge<K, A> =
    dyn Fn(&K, Option<A>, A) -> Result<Option<A>, Failure> + Send + Sync;

/// What adds a value to the row of a session, and what makes one row of two.
pub(in crate::operator::aggregate) struct SessionFunction<K, V, A> {
    pub(in crate::operator::aggregate) add: Function<K, V, A>,
    pub(in crate::operator::aggregate) merge: Arc<Merge<K, A>>,
}

impl<K, V, A> Clone for SessionFunction<K, V, A> {
    fn clone(&self) -> Self {
        Self {
            add: self.add.clone(),
            merge: Arc::clone(&self.merge),
        }
    }
}

/// Merges rows into what a session begins with.
pub(in crate::operator::aggregate) fn merging<K: 'static, A: 'static>(
    initial: impl Fn() -> Option<A> + Send + Sync + 'static,
    merge: impl Fn(&K, A, A) -> Result<A, Failure> + Send + Sync + 'static,
) -> Arc<Merge<K, A>> {
    Arc::new(move |key, so_far, row| match so_far.or_else(&initial) {
        Some(so_far) => merge(key, so_far, row).map(Some),
        None => Ok(Some(row)),
    })
}
