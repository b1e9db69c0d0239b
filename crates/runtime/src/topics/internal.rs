//! Internal topics: how many partitions each needs, and making them so.
//!
//! A repartition topic without a count of its own gets as many partitions as the largest topic
//! of the sub-topologies that write it (apache/kafka `RepartitionTopics`); one repartition may
//! feed another, so counts are found in rounds. Then those are made equal that must be, and
//! changelogs follow their tasks (`ChangelogTopics`).

use std::collections::HashMap;

use headwater_core::topology::{InternalTopic, Subtopology, TopicPurpose, Topology};

use super::CopartitionError;
use super::copartition::copartition;
use crate::error::AppError;
use crate::port::{Admin, NewTopic};
use crate::settings::Settings;

/// Creates the internal topics that are not there and checks those that are.
pub(super) fn make(
    topology: &Topology,
    settings: &Settings,
    admin: &dyn Admin,
    existing: &HashMap<String, u32>,
) -> Result<(), AppError> {
    let application_id = &settings.application_id;
    let counts = internal_partition_counts(topology, application_id, existing);
    let counts = counts.map_err(AppError::NotCopartitioned)?;
    let mut create = Vec::new();
    let own = topology.internal_topics().iter();
    for topic in own.filter(|topic| topic.purpose != TopicPurpose::SourceChangelog) {
        let name = InternalTopic::decorated(&topic.name, application_id);
        let expected = counts.get(&topic.name).copied().unwrap_or(1);
        match existing.get(&name) {
            None => create.push(new_topic(name, expected, topic, settings)),
            Some(&actual) if actual != expected => {
                return Err(AppError::InternalTopicPartitions {
                    topic: name,
                    expected,
                    actual,
                });
            }
            Some(_) => {}
        }
    }
    if create.is_empty() {
        return Ok(());
    }
    for topic in &create {
        tracing::info!(
            "creating topic {} with {} partitions",
            topic.name,
            topic.partitions
        );
    }
    let created = admin.create(&create, settings.connect_timeout);
    created.map_err(AppError::client("cannot create internal topics"))?;
    verify(&create, settings, admin)
}

/// Looks at what was created: another instance may have been faster, with other counts in mind.
fn verify(created: &[NewTopic], settings: &Settings, admin: &dyn Admin) -> Result<(), AppError> {
    let names: Vec<&str> = created.iter().map(|topic| topic.name.as_str()).collect();
    let found = admin.describe(&names, settings.connect_timeout);
    let found = found.map_err(AppError::client("cannot look up internal topics"))?;
    for (topic, found) in created.iter().zip(found) {
        // A topic of this very moment may not have reached every broker yet.
        let Some(found) = found else { continue };
        if found.partitions != topic.partitions {
            return Err(AppError::InternalTopicPartitions {
                topic: topic.name.clone(),
                expected: topic.partitions,
                actual: found.partitions,
            });
        }
    }
    Ok(())
}

fn new_topic(
    name: String,
    partitions: u32,
    topic: &InternalTopic,
    settings: &Settings,
) -> NewTopic {
    let config = topic.config_over(&settings.internal_topic_config);
    NewTopic {
        name,
        partitions,
        replication_factor: settings.replication_factor,
        config: config.into_iter().collect(),
    }
}

/// The partitions that each internal topic needs, by its name without the application id,
/// where `existing` has the partitions of the topics on the cluster.
///
/// # Errors
/// If topics that are joined have different counts.
#[expect(
    clippy::implicit_hasher,
    reason = "a map of topics at start, never one of hostile keys"
)]
pub fn internal_partition_counts(
    topology: &Topology,
    application_id: &str,
    existing: &HashMap<String, u32>,
) -> Result<HashMap<String, u32>, CopartitionError> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for topic in topology.internal_topics() {
        if let Some(partitions) = topic.partitions {
            counts.insert(topic.name.clone(), partitions);
        }
    }
    // Each round settles at least one topic, as a topology has no cycles.
    for _ in topology.internal_topics() {
        for topic in topology.internal_topics() {
            if topic.partitions.is_some() {
                continue;
            }
            let writers = topology.subtopologies().iter();
            let widest = writers
                .filter(|writer| writer.internal_sinks.contains(&topic.name))
                .filter_map(|writer| widest_source(writer, application_id, existing, &counts))
                .max();
            if let Some(widest) = widest {
                counts.insert(topic.name.clone(), widest);
            }
        }
    }
    copartition(topology, application_id, existing, &mut counts)?;
    let changelogs = changelog_counts(topology, application_id, existing, &counts);
    counts.extend(changelogs);
    Ok(counts)
}

/// A changelog has a partition for each task of the sub-topology whose store it logs.
fn changelog_counts(
    topology: &Topology,
    application_id: &str,
    existing: &HashMap<String, u32>,
    counts: &HashMap<String, u32>,
) -> Vec<(String, u32)> {
    let topics = topology.internal_topics().iter();
    let changelogs = topics.filter(|topic| topic.purpose == TopicPurpose::Changelog);
    changelogs
        .filter_map(|topic| {
            let store = topic.name.strip_suffix("-changelog")?;
            let mut owners = topology.subtopologies().iter();
            let owner = owners.find(|one| one.stores.iter().any(|owned| owned == store))?;
            let tasks = widest_source(owner, application_id, existing, counts)?;
            Some((topic.name.clone(), tasks))
        })
        .collect()
}

fn widest_source(
    subtopology: &Subtopology,
    application_id: &str,
    existing: &HashMap<String, u32>,
    internal: &HashMap<String, u32>,
) -> Option<u32> {
    let reads = |topic: &str| {
        let mut sources = subtopology.sources.iter();
        sources.any(|source| source.reads(topic, application_id))
    };
    let user_topics = existing
        .iter()
        .filter(|(topic, _)| reads(topic))
        .map(|(_, count)| *count);
    let internal_topics = internal
        .iter()
        .filter(|(name, _)| reads(&InternalTopic::decorated(name, application_id)))
        .map(|(_, count)| *count);
    user_topics.chain(internal_topics).max()
}

#[cfg(test)]
mod tests {
    use headwater_core::prelude::*;

    use super::*;

    fn counts(builder: StreamsBuilder, existing: &[(&str, u32)]) -> HashMap<String, u32> {
        let existing = existing
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count));
        internal_partition_counts(&builder.build().unwrap(), "app", &existing.collect()).unwrap()
    }

    fn named(name: &str) -> Repartitioned<Utf8, Utf8> {
        Repartitioned::with(Utf8, Utf8).named(name)
    }

    #[test]
    fn a_repartition_topic_is_as_wide_as_its_widest_input() {
        let builder = StreamsBuilder::new();
        builder
            .stream_of_topics(["narrow", "wide"], Consumed::with(Utf8, Utf8))
            .repartition(named("first"))
            .repartition(named("second"))
            .to("out", Produced::with(Utf8, Utf8));
        let counts = counts(builder, &[("narrow", 2), ("wide", 6), ("other", 9)]);
        assert_eq!(counts["first-repartition"], 6);
        assert_eq!(counts["second-repartition"], 6);
    }

    #[test]
    fn a_changelog_is_as_wide_as_the_inputs_of_its_store() {
        let builder = StreamsBuilder::new();
        let _ = builder
            .stream("in", Consumed::with(Utf8, Utf8))
            .group_by_key(Grouped::with(Utf8, Utf8))
            .count_with(Materialized::named("direct", I64));
        let _ = builder
            .stream("other", Consumed::with(Utf8, Utf8))
            .repartition(named("again").partitions(3))
            .group_by_key(Grouped::with(Utf8, Utf8))
            .count_with(Materialized::named("behind", I64));
        let counts = counts(builder, &[("in", 6), ("other", 2)]);
        assert_eq!(counts["direct-changelog"], 6);
        assert_eq!(counts["behind-changelog"], 3);
    }

    #[test]
    fn a_count_that_was_asked_for_wins_and_feeds_the_next() {
        let builder = StreamsBuilder::new();
        builder
            .stream("in", Consumed::with(Utf8, Utf8))
            .repartition(named("first").partitions(3))
            .repartition(named("second"))
            .to("out", Produced::with(Utf8, Utf8));
        let counts = counts(builder, &[("in", 8)]);
        assert_eq!(counts["first-repartition"], 3);
        assert_eq!(counts["second-repartition"], 3);
    }
}
