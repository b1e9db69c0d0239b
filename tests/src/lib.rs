//! Tests by promise.
