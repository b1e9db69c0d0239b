//! Properties that a configuration may not set, each with the reason and the way out.

use headwater_runtime::port::{ClientError, ClientErrorKind};

/// Set by Headwater from its own settings, or what its promises rest on.
const OWNED: &[(&str, &str)] = &[
    (
        "group.id",
        "the group is the application: set application.id",
    ),
    (
        "enable.auto.commit",
        "offsets are committed with the state they belong to: set commit.interval.ms for how often",
    ),
    (
        "enable.auto.offset.store",
        "offsets are committed once records are processed, not once they are fetched: leave it out",
    ),
    (
        "partition.assignment.strategy",
        "how partitions are spread follows from the topology: leave it out",
    ),
    (
        "enable.partition.eof",
        "the runtime decides whether it has to know that a partition is read up: leave it out",
    ),
    (
        "isolation.level",
        "it follows from the processing guarantee: set processing.guarantee",
    ),
    (
        "transactional.id",
        "it follows from the processing guarantee: set processing.guarantee",
    ),
];

/// Load or run code, so that whoever writes the configuration owns the process.
const RUNNING_CODE: &[&str] = &[
    "plugin.library.paths",
    "ssl.engine.location",
    "sasl.kerberos.kinit.cmd",
];

/// # Errors
/// If the property is not the user's to set.
pub(super) fn check(name: &str, value: &str) -> Result<(), ClientError> {
    let refuse = |message: String| Err(ClientError::new(ClientErrorKind::Configuration, message));
    if let Some((_, reason)) = OWNED.iter().find(|(owned, _)| *owned == name) {
        return refuse(format!(
            "client property {name} belongs to Headwater: {reason}"
        ));
    }
    if RUNNING_CODE.contains(&name) {
        return refuse(format!(
            "client property {name} is refused because it runs code from outside: do what it \
             does before the application starts, and leave it out"
        ));
    }
    if name == "enable.idempotence" && !value.eq_ignore_ascii_case("true") {
        return refuse(
            "client property enable.idempotence belongs to Headwater: without it a retry may \
             reorder or repeat records: leave it out"
                .to_owned(),
        );
    }
    Ok(())
}
