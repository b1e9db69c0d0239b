//! The commands of `cargo xtask`, one file each.

pub(crate) mod bench;
pub(crate) mod broker;
pub(crate) mod engine;
pub(crate) mod lint;
pub(crate) mod oracle;
pub(crate) mod test;
pub(crate) mod tidy;
