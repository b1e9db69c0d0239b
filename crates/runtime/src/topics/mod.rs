//! Topics at start: inputs must be there, internal ones are created and verified.

mod copartition;
mod internal;
pub(crate) mod purge;

pub use copartition::CopartitionError;
pub use internal::internal_partition_counts;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use headwater_core::topology::{SourceTopics, Topology};

use crate::error::AppError;
use crate::port::{Admin, ClientError, ClientErrorKind, Cluster, Subscription, TopicDescription};
use crate::settings::Settings;
use crate::system_clock::{Clock, SystemClock};

/// How long one try to reach a broker may take before the next line in the log.
const TRY_TIMEOUT: Duration = Duration::from_secs(5);

/// Less time than this is not worth another try.
const TRY_MIN: Duration = Duration::from_millis(100);

/// What to subscribe to.
pub(crate) fn subscription(topology: &Topology, application_id: &str) -> Subscription {
    let mut subscription = Subscription::default();
    let subtopologies = topology.subtopologies().iter();
    for source in subtopologies.flat_map(|subtopology| &subtopology.sources) {
        match &source.topics {
            SourceTopics::Named(names) => subscription.topics.extend(names.iter().cloned()),
            SourceTopics::Pattern(pattern) => subscription.patterns.push(pattern.clone()),
            SourceTopics::Internal(name) => {
                subscription.topics.push(format!("{application_id}-{name}"));
            }
        }
    }
    subscription.topics.sort();
    subscription.topics.dedup();
    subscription
}

/// Waits for a broker, checks the input topics, makes the internal ones.
pub(crate) fn prepare(
    topology: &Topology,
    settings: &Settings,
    cluster: &dyn Cluster,
    clock: &Arc<dyn Clock>,
) -> Result<(), AppError> {
    let admin = cluster.admin();
    let admin = admin.map_err(AppError::client("cannot open an admin client"))?;
    let timeout = settings.connect_timeout;
    let topics = wait_for_topics(&*admin, timeout, cluster.address(), &**clock)?;
    let topics = topics.into_iter();
    let partitions = topics.map(|topic| (topic.name, topic.partitions)).collect();
    let missing = missing_topics(topology, &partitions);
    if !missing.is_empty() {
        return Err(AppError::MissingTopics { topics: missing });
    }
    internal::make(topology, settings, &*admin, &partitions)
}

/// Waits until a broker of the cluster answers, and returns the topics that are there: for
/// programs that look after their topics before they start.
///
/// While no broker can be reached, a warning that names the address is logged every 5 seconds.
///
/// # Errors
/// If no broker answers within `timeout`, or it refuses.
pub fn wait_for_broker(
    cluster: &dyn Cluster,
    timeout: Duration,
) -> Result<Vec<TopicDescription>, AppError> {
    let admin = cluster.admin();
    let admin = admin.map_err(AppError::client("cannot open an admin client"))?;
    wait_for_topics(&*admin, timeout, cluster.address(), &SystemClock::new())
}

/// Every topic; tries until a broker answers or the time is over.
fn wait_for_topics(
    admin: &dyn Admin,
    timeout: Duration,
    address: &str,
    clock: &dyn Clock,
) -> Result<Vec<TopicDescription>, AppError> {
    let deadline = clock.elapsed() + timeout;
    loop {
        let left = deadline.saturating_sub(clock.elapsed());
        match admin.topics(left.min(TRY_TIMEOUT)) {
            Ok(topics) => return Ok(topics),
            Err(source) if !is_worth_another_try(&source) => {
                return Err(AppError::client(format!(
                    "cannot look up topics at {address}"
                ))(source));
            }
            Err(source) => {
                let left = deadline.saturating_sub(clock.elapsed());
                if left < TRY_MIN {
                    return Err(AppError::Unreachable {
                        address: address.to_owned(),
                        waited_s: timeout.as_secs(),
                        source,
                    });
                }
                tracing::warn!(
                    "no broker can be reached at {address} ({source}); trying for another {} s",
                    left.as_secs()
                );
            }
        }
    }
}

fn is_worth_another_try(error: &ClientError) -> bool {
    matches!(
        error.kind(),
        ClientErrorKind::Unreachable | ClientErrorKind::TimedOut
    )
}

fn missing_topics(topology: &Topology, partitions: &HashMap<String, u32>) -> Vec<String> {
    let subtopologies = topology.subtopologies().iter();
    let mut missing: Vec<String> = subtopologies
        .flat_map(|subtopology| &subtopology.sources)
        .filter_map(|source| match &source.topics {
            SourceTopics::Named(names) => Some(names),
            _ => None,
        })
        .flatten()
        .filter(|name| !partitions.contains_key(*name))
        .cloned()
        .collect();
    missing.sort();
    missing.dedup();
    missing
}
