//! librdkafka's codes in the words of the runtime: what has to be done about them.

use headwater_runtime::port::{ClientError, ClientErrorKind};
use rdkafka_sys::rd_kafka_resp_err_t as Native;

use crate::native::{Client, Code, Refusal};

/// Codes by what has to be done about them; the others are to be reported.
const KINDS: &[(ClientErrorKind, &[Native])] = &[
    (
        ClientErrorKind::Unreachable,
        &[
            Native::RD_KAFKA_RESP_ERR__TRANSPORT,
            Native::RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            Native::RD_KAFKA_RESP_ERR__RESOLVE,
            Native::RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            Native::RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
        ],
    ),
    (
        ClientErrorKind::TimedOut,
        &[
            Native::RD_KAFKA_RESP_ERR__TIMED_OUT,
            Native::RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
            Native::RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
            Native::RD_KAFKA_RESP_ERR__WAIT_COORD,
            Native::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            Native::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            Native::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            Native::RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            Native::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            Native::RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH,
        ],
    ),
    (
        ClientErrorKind::Configuration,
        &[
            Native::RD_KAFKA_RESP_ERR__INVALID_ARG,
            Native::RD_KAFKA_RESP_ERR_INVALID_CONFIG,
            Native::RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT,
            Native::RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
            Native::RD_KAFKA_RESP_ERR_UNSUPPORTED_ASSIGNOR,
            Native::RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
            Native::RD_KAFKA_RESP_ERR_INVALID_PARTITIONS,
            Native::RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
        ],
    ),
    (
        ClientErrorKind::Authentication,
        &[
            Native::RD_KAFKA_RESP_ERR__AUTHENTICATION,
            Native::RD_KAFKA_RESP_ERR__SSL,
            Native::RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            Native::RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
            Native::RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
        ],
    ),
    (
        ClientErrorKind::Authorization,
        &[
            Native::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
            Native::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            Native::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            Native::RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ],
    ),
    (
        ClientErrorKind::UnknownTopic,
        &[
            Native::RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            Native::RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
            Native::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
            Native::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID,
        ],
    ),
    (
        ClientErrorKind::TopicExists,
        &[Native::RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS],
    ),
    (
        ClientErrorKind::NotOwner,
        &[
            Native::RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
            Native::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            Native::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            Native::RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
            Native::RD_KAFKA_RESP_ERR_FENCED_MEMBER_EPOCH,
            Native::RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND,
        ],
    ),
    (
        ClientErrorKind::RecordTooLarge,
        &[
            Native::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
            Native::RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
            Native::RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
        ],
    ),
    (
        ClientErrorKind::Fatal,
        &[
            Native::RD_KAFKA_RESP_ERR__FATAL,
            Native::RD_KAFKA_RESP_ERR__FENCED,
            Native::RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
            Native::RD_KAFKA_RESP_ERR_UNRELEASED_INSTANCE_ID,
        ],
    ),
];

/// What has to be done about a code.
///
/// Two codes that mean "the group is changing, not committed" are [`TimedOut`], to be tried
/// again, and not [`NotOwner`]: under cooperative rebalancing the partition usually stays
/// (`REBALANCE_IN_PROGRESS`), and under KIP-848 the member only has to learn its new epoch
/// (`STALE_MEMBER_EPOCH`).
///
/// [`TimedOut`]: ClientErrorKind::TimedOut
/// [`NotOwner`]: ClientErrorKind::NotOwner
pub(crate) fn kind_of(code: Code) -> ClientErrorKind {
    KINDS
        .iter()
        .find(|(_, natives)| natives.iter().any(|&native| code.is(native)))
        .map_or(ClientErrorKind::Other, |&(kind, _)| kind)
}

/// A refusal with what was being done: `context` is lower case and names the ids.
pub(crate) fn client_error(context: impl std::fmt::Display, refusal: &Refusal) -> ClientError {
    ClientError::new(
        kind_of(refusal.code),
        format!("{context}: {}", refusal.reason),
    )
}

/// As [`client_error`], and if no answer came, with the trouble that the connection to `address`
/// is in: an unreachable broker first shows as a timeout.
pub(crate) fn unanswered(
    client: &Client,
    address: &str,
    context: impl std::fmt::Display,
    refusal: &Refusal,
) -> ClientError {
    use ClientErrorKind::{Authentication, TimedOut, Unreachable};
    let kind = kind_of(refusal.code);
    if !matches!(kind, TimedOut | Unreachable) {
        return client_error(context, refusal);
    }
    let trouble = client.reports().latest_trouble();
    match trouble.map(|trouble| (kind_of(trouble.code), trouble.reason)) {
        Some((Authentication, reason)) => ClientError::new(
            Authentication,
            format!("{context}: {address} refuses the credentials: {reason}"),
        ),
        Some((Unreachable, reason)) => ClientError::new(
            Unreachable,
            format!("{context}: no broker answers at {address}: {reason}"),
        ),
        _ => ClientError::new(
            kind,
            format!("{context}: no answer from {address}: {}", refusal.reason),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_what_to_do() {
        let cases = [
            (
                Native::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                ClientErrorKind::NotOwner,
            ),
            (
                Native::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
                ClientErrorKind::TimedOut,
            ),
            (
                Native::RD_KAFKA_RESP_ERR__TRANSPORT,
                ClientErrorKind::Unreachable,
            ),
            (
                Native::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                ClientErrorKind::UnknownTopic,
            ),
            (
                Native::RD_KAFKA_RESP_ERR_INVALID_RECORD,
                ClientErrorKind::Other,
            ),
        ];
        for (native, kind) in cases {
            assert_eq!(kind_of(Code::of(native)), kind, "{native:?}");
        }
    }

    /// Brokers get codes before librdkafka gets names for them.
    #[test]
    fn code_without_a_name_is_described_and_to_be_reported() {
        let code = Code::new(131);
        assert_eq!(kind_of(code), ClientErrorKind::Other);
        assert!(!code.to_string().is_empty());
    }
}
