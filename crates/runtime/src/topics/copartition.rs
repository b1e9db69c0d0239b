//! How many partitions topics must have that are joined or grouped together.
//!
//! Facts from apache/kafka `CopartitionedTopicsEnforcer`.

use std::collections::{BTreeMap, HashMap};

use headwater_core::topology::{InternalTopic, SourceTopics, Topology};

/// Topics that are joined have different numbers of partitions, so that equal keys would not
/// meet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "topics {first} ({first_partitions} partitions) and {second} ({second_partitions} partitions) \
     are joined and need equal counts; {remedy}"
)]
pub struct CopartitionError {
    /// One topic, as on the cluster.
    pub first: String,
    /// How many partitions it has.
    pub first_partitions: u32,
    /// The other topic, as on the cluster.
    pub second: String,
    /// How many partitions it has.
    pub second_partitions: u32,
    remedy: &'static str,
}

const REPARTITION_ONE: &str = "create them with equal counts, or send one through \
                               `KStream::repartition` before the join";
const ASK_FOR_ITS_COUNT: &str = "give `Repartitioned::partitions` the count of the other, or leave \
                                 it out";
const ASK_FOR_ONE_COUNT: &str = "give both the same `Repartitioned::partitions`";

/// One topic of a group.
#[derive(Clone, Debug)]
struct Member {
    /// As on the cluster.
    name: String,
    partitions: u32,
    /// Whether the count is settled: a topic of the user, or a count that was asked for.
    is_fixed: bool,
}

/// Gives repartition topics that must match others the counts of those.
///
/// `existing` has the topics of the cluster, `counts` those of internal topics by their names
/// without the application id, as they follow from what feeds them.
pub(super) fn copartition(
    topology: &Topology,
    application_id: &str,
    existing: &HashMap<String, u32>,
    counts: &mut HashMap<String, u32>,
) -> Result<(), CopartitionError> {
    for group in overlapping(topology.copartitioned()) {
        let mut users = Vec::new();
        let mut internal = BTreeMap::new();
        for topics in group {
            match topics {
                SourceTopics::Named(_) | SourceTopics::Pattern(_) => {
                    users.extend(members_of(topology, topics, application_id, existing));
                }
                SourceTopics::Internal(name) => {
                    if let Some(&partitions) = counts.get(name) {
                        let member = Member {
                            name: InternalTopic::decorated(name, application_id),
                            partitions,
                            is_fixed: is_asked_for(topology, name),
                        };
                        internal.insert(name, member);
                    }
                }
            }
        }
        users.sort_by(|one, other| one.name.cmp(&other.name));
        let decided = decide(&users, internal.values())?;
        if let Some(decided) = decided {
            counts.extend(internal.into_keys().map(|name| (name.clone(), decided)));
        }
    }
    Ok(())
}

/// The count of a group: that of the user's topics, else the one that was asked for, else the
/// largest.
fn decide<'m>(
    users: &'m [Member],
    internal: impl Iterator<Item = &'m Member> + Clone,
) -> Result<Option<u32>, CopartitionError> {
    let asked = internal.clone().filter(|member| member.is_fixed);
    let remedy_for_asked = match users.first() {
        Some(_) => ASK_FOR_ITS_COUNT,
        None => ASK_FOR_ONE_COUNT,
    };
    let users = users.iter().map(|member| (member, REPARTITION_ONE));
    let asked = asked.map(|member| (member, remedy_for_asked));
    let mut fixed = users.chain(asked);
    let Some((first, _)) = fixed.next() else {
        return Ok(internal.map(|member| member.partitions).max());
    };
    match fixed.find(|(member, _)| member.partitions != first.partitions) {
        None => Ok(Some(first.partitions)),
        Some((second, remedy)) => Err(CopartitionError {
            first: first.name.clone(),
            first_partitions: first.partitions,
            second: second.name.clone(),
            second_partitions: second.partitions,
            remedy,
        }),
    }
}

/// Groups that share a topic are one: each topic has one count.
fn overlapping(groups: &[Vec<SourceTopics>]) -> Vec<Vec<&SourceTopics>> {
    let mut merged: Vec<Vec<&SourceTopics>> = Vec::new();
    for group in groups {
        let mut group: Vec<&SourceTopics> = group.iter().collect();
        let shares = |known: &Vec<&SourceTopics>| known.iter().any(|topics| group.contains(topics));
        let (same, others): (Vec<_>, Vec<_>) = merged.into_iter().partition(shares);
        merged = others;
        group.extend(same.into_iter().flatten());
        merged.push(group);
    }
    merged
}

fn members_of(
    topology: &Topology,
    topics: &SourceTopics,
    application_id: &str,
    existing: &HashMap<String, u32>,
) -> Vec<Member> {
    let subtopologies = topology.subtopologies().iter();
    let mut sources = subtopologies.flat_map(|subtopology| &subtopology.sources);
    let Some(source) = sources.find(|source| source.topics == *topics) else {
        return Vec::new();
    };
    let read = existing.iter();
    let read = read.filter(|(name, _)| source.reads(name, application_id));
    read.map(|(name, &partitions)| Member {
        name: name.clone(),
        partitions,
        is_fixed: true,
    })
    .collect()
}

fn is_asked_for(topology: &Topology, name: &str) -> bool {
    let mut topics = topology.internal_topics().iter();
    topics.any(|topic| topic.name == name && topic.partitions.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, partitions: u32, is_fixed: bool) -> Member {
        Member {
            name: name.to_owned(),
            partitions,
            is_fixed,
        }
    }

    fn user(name: &str, partitions: u32) -> Member {
        member(name, partitions, true)
    }

    fn decided(users: &[Member], internal: &[Member]) -> Result<Option<u32>, CopartitionError> {
        decide(users, internal.iter())
    }

    #[test]
    fn repartition_topics_take_the_count_of_user_topics() {
        let derived = [member("app-a-repartition", 8, false)];
        assert_eq!(decided(&[user("in", 4)], &derived), Ok(Some(4)));
    }

    #[test]
    fn user_topics_of_different_counts_are_refused_with_both_counts() {
        let error = decided(&[user("left", 4), user("right", 3)], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "topics left (4 partitions) and right (3 partitions) are joined and need equal counts; \
             create them with equal counts, or send one through `KStream::repartition` before the \
             join"
        );
    }

    #[test]
    fn a_count_that_was_asked_for_must_be_that_of_the_user_topic() {
        let asked = [member("app-a-repartition", 8, true)];
        let error = decided(&[user("in", 4)], &asked).unwrap_err();
        assert!(
            error.to_string().contains("Repartitioned::partitions"),
            "{error}"
        );
        assert_eq!((error.first_partitions, error.second_partitions), (4, 8));
        assert_eq!(decided(&[user("in", 8)], &asked), Ok(Some(8)));
    }

    #[test]
    fn among_repartition_topics_the_count_that_was_asked_for_wins_else_the_largest() {
        let derived = || member("app-a-repartition", 8, false);
        let asked = |partitions| member("app-b-repartition", partitions, true);
        assert_eq!(decided(&[], &[derived(), asked(3)]), Ok(Some(3)));
        let larger = member("app-c-repartition", 9, false);
        assert_eq!(decided(&[], &[derived(), larger]), Ok(Some(9)));
        assert!(decided(&[], &[asked(3), asked(4)]).is_err());
    }

    #[test]
    fn groups_with_a_topic_in_common_are_one() {
        let topics = |name: &str| SourceTopics::Named(vec![name.to_owned()]);
        let groups = [
            vec![topics("a"), topics("b")],
            vec![topics("x"), topics("y")],
            vec![topics("b"), topics("c")],
        ];
        let sizes: Vec<usize> = overlapping(&groups).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 4]);
    }
}
