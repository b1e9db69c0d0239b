//! Topics through Kafka's own `TopicCommand`, so that no client of ours has to be right first.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process;

/// A JVM start, a connection and one request.
const LIMIT: Duration = Duration::from_secs(60);

pub(super) fn create(
    mut command: Command,
    topic: &str,
    partitions: u32,
    settings: &[(&str, &str)],
) -> Result<()> {
    command.args(["--create", "--topic", topic, "--replication-factor", "1"]);
    command.args(["--partitions", &partitions.to_string()]);
    for (name, value) in settings {
        command.arg("--config").arg(format!("{name}={value}"));
    }
    process::capture_quietly(&mut command, LIMIT)
        .with_context(|| format!("cannot create topic {topic}"))?;
    Ok(())
}

pub(super) fn delete(mut command: Command, topic: &str) -> Result<()> {
    command.args(["--delete", "--topic", topic]);
    process::capture_quietly(&mut command, LIMIT)
        .with_context(|| format!("cannot delete topic {topic}"))?;
    Ok(())
}
