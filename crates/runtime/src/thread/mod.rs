//! The threads of an application: one polls, the others run tasks.
//!
//! The polling thread owns the consumer and decides who runs what ([`poller`]); each worker
//! owns its tasks and its producer ([`worker`]). They meet in two places only: the [`mailbox`]
//! of each worker, and the [`flow`] of each partition, which bounds what waits in mailboxes and
//! queues together.

pub(crate) mod control;
mod counts;
pub(crate) mod flow;
mod lag;
pub(crate) mod mailbox;
pub(crate) mod poller;
pub(crate) mod pool;
pub(crate) mod worker;
