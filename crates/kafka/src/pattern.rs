//! Subscriptions by pattern: which of the cluster's topics they mean at the moment.

use std::time::{Duration, Instant};

use headwater_runtime::port::{ClientError, ClientErrorKind, Subscription};
use regex_lite::Regex;

/// Topics of Kafka's own, which no pattern means (`exclude.internal.topics` in Java).
const INTERNAL_PREFIX: &str = "__";

/// A subscription that is evaluated again and again.
#[derive(Debug)]
pub(crate) struct TopicPatterns {
    topics: Vec<String>,
    patterns: Vec<Regex>,
    interval: Duration,
    evaluated: Option<Instant>,
}

impl TopicPatterns {
    /// # Errors
    /// If a pattern is malformed.
    pub(crate) fn new(
        subscription: &Subscription,
        interval: Duration,
    ) -> Result<Self, ClientError> {
        let patterns = subscription
            .patterns
            .iter()
            .map(|pattern| {
                Regex::new(&format!("^(?:{pattern})$")).map_err(|error| {
                    ClientError::new(
                        ClientErrorKind::Configuration,
                        format!("topic pattern {pattern:?} is no regular expression"),
                    )
                    .with_source(error)
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            topics: subscription.topics.clone(),
            patterns,
            interval,
            evaluated: None,
        })
    }

    /// Whether the cluster's topics are to be looked at; if so, not again for an interval.
    #[expect(
        clippy::disallowed_methods,
        reason = "paces a request to the broker, nothing that a record could see"
    )]
    pub(crate) fn is_due(&mut self) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let now = Instant::now();
        let due = self
            .evaluated
            .is_none_or(|evaluated| now.duration_since(evaluated) >= self.interval);
        if due {
            self.evaluated = Some(now);
        }
        due
    }

    /// How long a wait may last without missing the next evaluation.
    pub(crate) fn wait_max(&self) -> Option<Duration> {
        (!self.patterns.is_empty()).then_some(self.interval)
    }

    /// The topics subscribed by name.
    pub(crate) fn named(&self) -> &[String] {
        &self.topics
    }

    /// The topics meant, given those that exist; sorted, each once.
    pub(crate) fn evaluate<'a>(&self, existing: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut topics = self.topics.clone();
        topics.extend(
            existing
                .filter(|name| !name.starts_with(INTERNAL_PREFIX))
                .filter(|name| self.patterns.iter().any(|pattern| pattern.is_match(name)))
                .map(str::to_owned),
        );
        topics.sort_unstable();
        topics.dedup();
        topics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(patterns: &[&str]) -> Result<TopicPatterns, ClientError> {
        let subscription = Subscription {
            topics: vec!["orders".to_owned()],
            patterns: patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
        };
        TopicPatterns::new(&subscription, Duration::from_secs(10))
    }

    #[test]
    fn pattern_means_whole_names_and_no_internal_topics() {
        let patterns = patterns(&["a|b.*", ".*"]).unwrap();
        let only_first = TopicPatterns {
            patterns: patterns.patterns[..1].to_vec(),
            topics: Vec::new(),
            ..patterns
        };
        let existing = ["a", "ab", "bc", "__consumer_offsets"];
        assert_eq!(only_first.evaluate(existing.into_iter()), ["a", "bc"]);
    }

    #[test]
    fn named_topics_are_meant_whether_they_exist_or_not() {
        let patterns = patterns(&["o.*"]).unwrap();
        assert_eq!(patterns.evaluate(["orders"].into_iter()), ["orders"]);
        assert_eq!(patterns.evaluate([].into_iter()), ["orders"]);
    }

    #[test]
    fn malformed_pattern_is_named() {
        let error = patterns(&["a("]).unwrap_err();
        assert_eq!(error.kind(), ClientErrorKind::Configuration);
        assert!(error.to_string().contains("\"a(\""));
    }
}
