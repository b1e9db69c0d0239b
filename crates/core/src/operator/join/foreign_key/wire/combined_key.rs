//! The key of a subscription in its store: `length(4) ‖ foreign key ‖ primary key`.
//!
//! All subscriptions to one foreign key share a prefix. Facts from `CombinedKeySchema`.

/// Appends what all subscriptions to a foreign key begin with.
pub(in super::super) fn prefix(foreign_key: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(foreign_key.len()).expect("a key is shorter than 2 GiB");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(foreign_key);
}

/// Appends the key of one subscription.
pub(in super::super) fn write_combined_key(
    foreign_key: &[u8],
    primary_key: &[u8],
    out: &mut Vec<u8>,
) {
    prefix(foreign_key, out);
    out.extend_from_slice(primary_key);
}
