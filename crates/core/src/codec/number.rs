//! Numbers: big-endian, of fixed width.

use super::{Codec, CodecError, IsNull, Place};

/// The bytes of a number, if there are exactly as many as it has.
fn fixed<const N: usize>(bytes: Option<&[u8]>) -> Result<[u8; N], CodecError> {
    let bytes = bytes.ok_or(CodecError::null())?;
    bytes
        .try_into()
        .map_err(|_| CodecError::length(N, bytes.len()))
}

/// `i16` as two bytes, big-endian.
///
/// Same bytes as `org.apache.kafka.common.serialization.ShortSerializer`.
///
/// ```
/// use headwater_core::codec::{Codec, I16, Part, Place};
///
/// let place = Place { topic: "numbers", part: Part::Value };
/// assert_eq!(I16.decode(Some(&[0x12, 0x34]), place)?, 0x1234);
/// assert!(I16.decode(Some(&[0x12]), place).is_err());
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct I16;

impl Codec for I16 {
    type Item = i16;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<i16, CodecError> {
        fixed(bytes).map(i16::from_be_bytes)
    }

    fn encode(&self, item: &i16, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        out.extend_from_slice(&item.to_be_bytes());
        Ok(IsNull::No)
    }
}

/// `i32` as four bytes, big-endian.
///
/// Same bytes as `org.apache.kafka.common.serialization.IntegerSerializer`.
///
/// ```
/// use headwater_core::codec::{Codec, I32, Part, Place};
///
/// let place = Place { topic: "numbers", part: Part::Value };
/// assert_eq!(I32.decode(Some(&[0x12, 0x34, 0x56, 0x78]), place)?, 0x1234_5678);
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct I32;

impl Codec for I32 {
    type Item = i32;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<i32, CodecError> {
        fixed(bytes).map(i32::from_be_bytes)
    }

    fn encode(&self, item: &i32, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        out.extend_from_slice(&item.to_be_bytes());
        Ok(IsNull::No)
    }
}

/// `i64` as eight bytes, big-endian.
///
/// Same bytes as `org.apache.kafka.common.serialization.LongSerializer`.
///
/// ```
/// use headwater_core::codec::{Codec, I64, Part, Place};
///
/// let place = Place { topic: "numbers", part: Part::Value };
/// let mut bytes = Vec::new();
/// I64.encode(&-2, &mut bytes, place)?;
/// assert_eq!(bytes, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct I64;

impl Codec for I64 {
    type Item = i64;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<i64, CodecError> {
        fixed(bytes).map(i64::from_be_bytes)
    }

    fn encode(&self, item: &i64, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        out.extend_from_slice(&item.to_be_bytes());
        Ok(IsNull::No)
    }
}

/// `f32` as the four bytes of IEEE 754 single precision, big-endian.
///
/// Same bytes as `org.apache.kafka.common.serialization.FloatSerializer`, which keeps the bits of
/// a NaN.
///
/// ```
/// use headwater_core::codec::{Codec, F32, Part, Place};
///
/// let place = Place { topic: "numbers", part: Part::Value };
/// assert_eq!(F32.decode(Some(&[0x3f, 0xc0, 0, 0]), place)?, 1.5);
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct F32;

impl Codec for F32 {
    type Item = f32;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<f32, CodecError> {
        fixed(bytes).map(f32::from_be_bytes)
    }

    fn encode(&self, item: &f32, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        out.extend_from_slice(&item.to_be_bytes());
        Ok(IsNull::No)
    }
}

/// `f64` as the eight bytes of IEEE 754 double precision, big-endian.
///
/// Same bytes as `org.apache.kafka.common.serialization.DoubleSerializer`, which writes every NaN
/// alike (unlike [`F32`]).
///
/// ```
/// use headwater_core::codec::{Codec, F64, Part, Place};
///
/// let place = Place { topic: "numbers", part: Part::Value };
/// assert_eq!(F64.decode(Some(&[0x3f, 0xf8, 0, 0, 0, 0, 0, 0]), place)?, 1.5);
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct F64;

/// What `Double.doubleToLongBits` makes of every NaN.
const JAVA_NAN: u64 = 0x7ff8_0000_0000_0000;

impl Codec for F64 {
    type Item = f64;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<f64, CodecError> {
        fixed(bytes).map(f64::from_be_bytes)
    }

    fn encode(&self, item: &f64, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        let bits = if item.is_nan() {
            JAVA_NAN
        } else {
            item.to_bits()
        };
        out.extend_from_slice(&bits.to_be_bytes());
        Ok(IsNull::No)
    }
}
