//! The commit: the only place that states its order.
//!
//! Invariant (at least once): an offset is committed only after every output of every record
//! before it was acknowledged. Order:
//! 1. hand all outputs to the producer;
//! 2. flush the producer, raising what could not be delivered;
//! 3. commit the positions that had been reached before step 1;
//! 4. note them as committed.
//!
//! A crash between 2 and 3 repeats outputs; nothing can be lost. A task that fails has its
//! outputs in the producer by then or not at all: its last position is committed by nobody, or
//! by a later commit that flushes them first.

pub mod metadata;

use std::time::Duration;

use crate::port::{ClientError, ClientErrorKind, OffsetCommitter, OffsetToCommit, Producer};
use crate::task::Task;

/// What a commit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Nothing had moved.
    Nothing,
    /// These positions are committed.
    Committed(Vec<OffsetToCommit>),
    /// The group gave the partitions to another member: what was done since the last commit is
    /// done again there.
    NotOwner,
    /// The coordinator did not answer; the next commit covers it.
    Unanswered,
}

/// Commits these tasks at least once. `still_ours` is asked after the flush, which may take long:
/// a partition that has moved on meanwhile must not have its offset moved back.
///
/// # Errors
/// If an output could not be delivered, or the client cannot go on.
pub fn at_least_once<'t>(
    tasks: impl IntoIterator<Item = &'t mut Task>,
    producer: &mut dyn Producer,
    committer: &dyn OffsetCommitter,
    flush_timeout: Duration,
    still_ours: impl Fn() -> bool,
) -> Result<CommitOutcome, ClientError> {
    let mut tasks: Vec<&mut Task> = tasks.into_iter().collect();
    let mut positions: Vec<OffsetToCommit> = Vec::new();
    for task in &mut tasks {
        positions.extend(task.positions_to_commit());
        task.send_outputs(producer)?;
    }
    producer.flush(flush_timeout)?;
    if positions.is_empty() {
        return Ok(CommitOutcome::Nothing);
    }
    if !still_ours() {
        return Ok(CommitOutcome::NotOwner);
    }
    match committer.commit(&positions) {
        Ok(()) => {
            for task in tasks {
                task.committed(&positions);
            }
            Ok(CommitOutcome::Committed(positions))
        }
        Err(error) => match error.kind() {
            ClientErrorKind::NotOwner => {
                tracing::info!("not committed, the partitions have moved on: {error}");
                Ok(CommitOutcome::NotOwner)
            }
            ClientErrorKind::TimedOut | ClientErrorKind::Unreachable => {
                tracing::warn!("commit not answered, the next one covers it: {error}");
                Ok(CommitOutcome::Unanswered)
            }
            _ => Err(error),
        },
    }
}
