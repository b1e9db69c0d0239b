//! Where a record's event time is taken from.
