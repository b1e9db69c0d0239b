//! Cogroups: several grouped streams become one table.
//!
//! Reading order: `cogroup` (the verb), `part` (one of the streams), `declare` (the nodes of the
//! table), `aggregate`, `windowed` and `session` (the tables there are).

mod aggregate;
#[expect(
    clippy::module_inception,
    reason = "the folder is named after the first of its verbs"
)]
mod cogroup;
mod declare;
mod part;
mod session;
mod windowed;

pub(crate) use part::Cogrouped;
