//! Codecs read what they wrote, and survive hostile bytes.

use ::bytes::Bytes;
use ::uuid::Uuid;
use proptest::prelude::*;

use super::tests::{PLACE, encoded};
use super::*;

macro_rules! reads_what_it_wrote {
    ($($name:ident: $codec:expr, $item:ty;)*) => {
        proptest! {$(
            #[test]
            fn $name(item: $item) {
                let bytes = encoded(&$codec, &item);
                prop_assert_eq!($codec.decode(bytes.as_deref(), PLACE).unwrap(), item);
            }
        )*}
    };
}

reads_what_it_wrote! {
    i16_reads_what_it_wrote: I16, i16;
    i32_reads_what_it_wrote: I32, i32;
    i64_reads_what_it_wrote: I64, i64;
    bool_reads_what_it_wrote: Bool, bool;
    text_reads_what_it_wrote: Utf8, String;
    nullable_reads_what_it_wrote: Utf8.nullable(), Option<String>;
}

proptest! {
    #[test]
    fn f32_reads_what_it_wrote(bits: u32) {
        let bytes = encoded(&F32, &f32::from_bits(bits));
        let item = F32.decode(bytes.as_deref(), PLACE).unwrap();
        prop_assert_eq!(item.to_bits(), bits);
    }

    #[test]
    fn f64_reads_what_it_wrote(bits: u64) {
        let item = f64::from_bits(bits);
        let bytes = encoded(&F64, &item);
        let decoded = F64.decode(bytes.as_deref(), PLACE).unwrap();
        prop_assert!(decoded.to_bits() == bits || (decoded.is_nan() && item.is_nan()));
    }

    #[test]
    fn bytes_read_what_they_wrote(item: Vec<u8>) {
        let item = Bytes::from(item);
        let bytes = encoded(&RawBytes, &item);
        prop_assert_eq!(RawBytes.decode(bytes.as_deref(), PLACE).unwrap(), item);
    }

    #[test]
    fn uuid_reads_what_it_wrote(number: u128) {
        let item = Uuid::from_u128(number);
        let bytes = encoded(&UuidText, &item);
        prop_assert_eq!(UuidText.decode(bytes.as_deref(), PLACE).unwrap(), item);
    }

    /// Whatever a codec accepts, it writes back as it was (upper-case UUIDs and NaN aside).
    #[test]
    fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        macro_rules! survives {
            ($($codec:expr),*) => {$(
                if let Ok(item) = $codec.decode(Some(&bytes), PLACE) {
                    prop_assert_eq!(encoded(&$codec, &item), Some(bytes.clone()));
                }
            )*};
        }
        survives!(I16, I32, I64, F32, Utf8, RawBytes, Bool, Utf8.nullable());
        let _ = F64.decode(Some(&bytes), PLACE);
        let _ = UuidText.decode(Some(&bytes), PLACE);
    }
}
