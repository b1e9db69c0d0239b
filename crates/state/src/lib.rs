//! State stores over bytes.
