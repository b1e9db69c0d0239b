//! The bytes of a cached row: its key, then its value.

/// How many bytes lie in the row itself. Counters in windows of short keys have about fifty.
const INLINE_BYTES: usize = 62;

/// A key and a value that are read together and so lie together, short ones without an
/// allocation of their own: looking a row up touches memory in one place.
#[derive(Debug)]
pub(super) struct Row {
    key_len: usize,
    bytes: Bytes,
}

#[derive(Debug)]
enum Bytes {
    Inline { len: u8, bytes: [u8; INLINE_BYTES] },
    Allocated(Vec<u8>),
}

impl Row {
    pub(super) fn new(key: &[u8], value: &[u8]) -> Self {
        Self {
            key_len: key.len(),
            bytes: Bytes::of(key, value),
        }
    }

    pub(super) fn key(&self) -> &[u8] {
        self.bytes().get(..self.key_len).unwrap_or_default()
    }

    pub(super) fn value(&self) -> &[u8] {
        self.bytes().get(self.key_len..).unwrap_or_default()
    }

    /// Length of key and value.
    pub(super) fn len(&self) -> usize {
        self.bytes().len()
    }

    pub(super) fn set_value(&mut self, value: &[u8]) {
        let key_len = self.key_len;
        match &mut self.bytes {
            Bytes::Allocated(bytes) => {
                bytes.truncate(key_len);
                bytes.extend_from_slice(value);
            }
            Bytes::Inline { len, bytes } => {
                let end = key_len + value.len();
                if let (Some(place), Ok(end)) = (bytes.get_mut(key_len..end), u8::try_from(end)) {
                    place.copy_from_slice(value);
                    *len = end;
                } else {
                    self.bytes = Bytes::of(self.key(), value);
                }
            }
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Bytes::Allocated(bytes) => bytes,
        }
    }
}

impl Bytes {
    fn of(key: &[u8], value: &[u8]) -> Self {
        let (split, end) = (key.len(), key.len() + value.len());
        let mut inline = [0; INLINE_BYTES];
        if let (Some(place), Ok(len)) = (inline.get_mut(..end), u8::try_from(end)) {
            let (to_key, to_value) = place.split_at_mut(split);
            to_key.copy_from_slice(key);
            to_value.copy_from_slice(value);
            return Self::Inline { len, bytes: inline };
        }
        let mut bytes = Vec::with_capacity(end);
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(value);
        Self::Allocated(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_its_key_whatever_the_length_of_its_value() {
        for key in [&b""[..], b"key", &[7; INLINE_BYTES], &[8; 100]] {
            let mut row = Row::new(key, b"first");
            assert_eq!((row.key(), row.value()), (key, &b"first"[..]));
            for length in [0, 3, 59, 58, 62, 63, 300, 1] {
                let value = vec![1; length];
                row.set_value(&value);
                assert_eq!((row.key(), row.value()), (key, &value[..]));
                assert_eq!(row.len(), key.len() + length);
            }
        }
    }
}
