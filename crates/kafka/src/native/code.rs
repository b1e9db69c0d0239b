//! librdkafka's error codes and error objects.

use std::ffi::c_char;
use std::fmt;

use rdkafka_sys as sys;
use sys::rd_kafka_resp_err_t as Native;

use super::text_at;

/// An error code of librdkafka (negative) or of the Kafka protocol (positive).
///
/// A number and not the enum of the bindings: a broker may send a code that this librdkafka has
/// no name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Code(i32);

impl Code {
    pub(crate) const NONE: Self = Self::of(Native::RD_KAFKA_RESP_ERR_NO_ERROR);
    pub(crate) const INVALID_ARGUMENT: Self = Self::of(Native::RD_KAFKA_RESP_ERR__INVALID_ARG);
    pub(crate) const TIMED_OUT: Self = Self::of(Native::RD_KAFKA_RESP_ERR__TIMED_OUT);
    pub(crate) const FATAL: Self = Self::of(Native::RD_KAFKA_RESP_ERR__FATAL);

    pub(crate) const fn new(number: i32) -> Self {
        Self(number)
    }

    pub(crate) const fn of(native: Native) -> Self {
        Self(native as i32)
    }

    /// Whether this is the code of the bindings' name.
    pub(crate) fn is(self, native: Native) -> bool {
        self == Self::of(native)
    }

    pub(crate) fn is_error(self) -> bool {
        self != Self::NONE
    }

    /// `Ok` for no error.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        if self.is_error() {
            Err(self.into())
        } else {
            Ok(())
        }
    }
}

impl From<Native> for Code {
    fn from(native: Native) -> Self {
        Self::of(native)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        type ByEnum = unsafe extern "C" fn(Native) -> *const c_char;
        type ByNumber = unsafe extern "C" fn(i32) -> *const c_char;
        // SAFETY: the enum is `repr(i32)`, so both signatures call the same way, and the C
        // function answers any number, also one without a name.
        let text = unsafe {
            let describe = std::mem::transmute::<ByEnum, ByNumber>(sys::rd_kafka_err2str);
            text_at(describe(self.0))
        };
        f.write_str(text.strip_prefix("Local: ").unwrap_or(&text))
    }
}

/// librdkafka said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) reason: String,
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self {
            code,
            reason: code.to_string(),
        }
    }
}

/// Takes over an error object; null is no error.
///
/// # Safety
/// `error` is null or an error object that nobody else frees.
pub(super) unsafe fn take_error(error: *mut sys::rd_kafka_error_t) -> Result<(), Refusal> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: not null and ours; it is read before it is freed.
    unsafe {
        let refusal = Refusal {
            code: sys::rd_kafka_error_code(error).into(),
            reason: text_at(sys::rd_kafka_error_string(error)),
        };
        sys::rd_kafka_error_destroy(error);
        Err(refusal)
    }
}
