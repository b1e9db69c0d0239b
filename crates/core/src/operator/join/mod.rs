//! The joins of tables.

mod foreign_key;
