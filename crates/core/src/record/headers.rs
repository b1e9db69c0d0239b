//! Record headers: ordered names with optional bytes.

use bytes::Bytes;

/// One header. Kafka allows a name to repeat and a value to be null.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// UTF-8 name, in Kafka's words the header key.
    pub name: Box<str>,
    /// Bytes, or null.
    pub value: Option<Bytes>,
}

/// The headers of a record, in the order they were added.
///
/// Records without headers cost no allocation.
///
/// ```
/// use headwater_core::record::Headers;
///
/// let mut headers = Headers::new();
/// headers.add("trace", &b"7f"[..]);
/// headers.add_null("seen");
/// assert_eq!(headers.last("trace"), Some(&b"7f"[..]));
/// assert_eq!(headers.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Headers(Vec<Header>);

impl Headers {
    /// No headers.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends a header; one of the same name stays.
    pub fn add(&mut self, name: impl Into<Box<str>>, value: impl Into<Bytes>) {
        self.0.push(Header {
            name: name.into(),
            value: Some(value.into()),
        });
    }

    /// Appends a header whose value is null.
    pub fn add_null(&mut self, name: impl Into<Box<str>>) {
        self.0.push(Header {
            name: name.into(),
            value: None,
        });
    }

    /// Appends a header that is built already.
    pub fn push(&mut self, header: Header) {
        self.0.push(header);
    }

    /// Drops every header of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|header| &*header.name != name);
    }

    /// The bytes of the last header of this name; `None` if there is none or it is null.
    pub fn last(&self, name: &str) -> Option<&[u8]> {
        let header = self.0.iter().rev().find(|header| &*header.name == name)?;
        header.value.as_deref()
    }

    /// The headers in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Header> for Headers {
    fn from_iter<I: IntoIterator<Item = Header>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}
