//! Joins: records and rows of one key, or that point at each other, become one.

mod tables;
