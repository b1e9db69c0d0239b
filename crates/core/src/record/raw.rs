//! A record as it lies in the fetched batch, not yet decoded.

use super::{Headers, Offset};
use crate::time::Timestamp;

/// A record borrowed from the batch it was fetched in.
#[derive(Clone, Debug)]
pub struct RawRecord<'a> {
    /// Key bytes, or null.
    pub key: Option<&'a [u8]>,
    /// Value bytes, or null.
    pub value: Option<&'a [u8]>,
    /// What the producer or the broker stamped; negative if there is none.
    pub timestamp: Timestamp,
    /// Position in the partition.
    pub offset: Offset,
    /// Headers, copied out because most records have none.
    pub headers: Headers,
}
