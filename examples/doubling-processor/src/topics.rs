//! The two topics: there, or created, or missed in words that help.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use headwater::port::{Cluster, NewTopic};
use headwater::wait_for_broker;

use crate::cli::Options;

/// How long to wait before asking again whether a new topic has come up.
const PAUSE: Duration = Duration::from_millis(50);
/// How often to ask.
const LOOKS_MAX: usize = 100;

/// Waits for a broker and sees that both topics are there, creating them if that is wanted.
pub(crate) fn prepare(cluster: &impl Cluster, options: &Options) -> Result<()> {
    let missing = missing(cluster, options)?;
    if missing.is_empty() {
        return Ok(());
    }
    if !options.create_topics {
        let address = cluster.address();
        bail!(
            "there is no topic {} at {address}; create missing topics with --create-topics, or with \
             `kafka-topics.sh --bootstrap-server {address} --create --topic {}`",
            missing.join(" and no topic "),
            missing.first().map_or("", String::as_str),
        );
    }
    create(cluster, &missing, options)?;
    for _ in 0..LOOKS_MAX {
        if self::missing(cluster, options)?.is_empty() {
            return Ok(());
        }
        thread::park_timeout(PAUSE);
    }
    bail!(
        "topics {} were created but do not come up",
        missing.join(", ")
    )
}

fn missing(cluster: &impl Cluster, options: &Options) -> Result<Vec<String>> {
    let topics = wait_for_broker(cluster, options.connect_timeout())?;
    let there: HashSet<String> = topics.into_iter().map(|topic| topic.name).collect();
    let wanted = [&options.input_topic, &options.output_topic];
    let missing = wanted.into_iter().filter(|name| !there.contains(*name));
    Ok(missing.cloned().collect())
}

fn create(cluster: &impl Cluster, missing: &[String], options: &Options) -> Result<()> {
    let topics: Vec<NewTopic> = missing
        .iter()
        .map(|name| NewTopic {
            name: name.clone(),
            partitions: options.partitions,
            replication_factor: None,
            config: Vec::new(),
        })
        .collect();
    let created = cluster.admin()?.create(&topics, options.connect_timeout());
    created.with_context(|| format!("cannot create topics {}", missing.join(", ")))
}
