//! What the two topics and the store of a foreign-key join hold, byte for byte.
//!
//! The layout is drawn in `docs/formats.md`, "Foreign-key joins".

mod combined_key;
mod response;
mod subscription;
#[cfg(test)]
mod tests;

pub(super) use combined_key::{prefix, write_combined_key};
pub(super) use response::{Response, ResponseCodec};
pub(super) use subscription::{Instruction, Subscription, SubscriptionBytes, SubscriptionCodec};

use super::hash::{HASH_BYTES, Hash};
use crate::codec::CodecError;

/// In the first byte, beside the version: no hash follows.
const NO_HASH: u8 = 0x80;

/// What the first byte says.
#[derive(Clone, Copy, Debug)]
struct Head {
    version: u8,
    has_hash: bool,
}

impl Head {
    const fn of(version: u8, hash: Option<&Hash>) -> Self {
        Self {
            version,
            has_hash: hash.is_some(),
        }
    }

    const fn byte(self) -> u8 {
        if self.has_hash {
            self.version
        } else {
            self.version | NO_HASH
        }
    }

    /// Reads the first byte, if its version is understood, and gives what follows.
    fn split<'a>(
        what: &'static str,
        newest: u8,
        bytes: &'a [u8],
    ) -> Result<(Self, &'a [u8]), CodecError> {
        let (&byte, rest) = bytes.split_first().ok_or(CodecError::length(1, 0))?;
        let head = Self {
            version: byte & !NO_HASH,
            has_hash: byte & NO_HASH == 0,
        };
        if head.version > newest {
            let version = head.version;
            let reason = format!("{what} has version {version}, and {newest} is the newest known");
            return Err(CodecError::format(reason));
        }
        Ok((head, rest))
    }

    /// The hash, if there is one, and what follows.
    fn split_hash(self, rest: &[u8]) -> Result<(Option<Hash>, &[u8]), CodecError> {
        if !self.has_hash {
            return Ok((None, rest));
        }
        match rest.split_first_chunk::<HASH_BYTES>() {
            Some((hash, rest)) => Ok((Some(Hash(*hash)), rest)),
            None => Err(CodecError::length(HASH_BYTES, rest.len())),
        }
    }
}
