//! Hints for names that librdkafka does not know.

/// Names that librdkafka takes but does not list, being aliases of its own.
const ALIASES: &[&str] = &[
    "acks",
    "bootstrap.servers",
    "compression.type",
    "delivery.timeout.ms",
    "linger.ms",
    "max.in.flight",
    "max.partition.fetch.bytes",
    "retries",
    "sasl.mechanism",
];

/// At most so many letters may differ in a name that is meant.
const DISTANCE_MAX: usize = 4;

/// What may be meant by an unknown name, as the rest of a sentence; empty if nothing is near.
pub(super) fn hint(name: &str, known: &[String]) -> String {
    let listed = known.iter().map(String::as_str);
    let nearest = listed
        .chain(ALIASES.iter().copied())
        .map(|known| (distance(name, known), known))
        .min();
    match nearest {
        Some((distance, known)) if distance <= DISTANCE_MAX => format!("; is {known} meant?"),
        _ => String::new(),
    }
}

/// How many letters have to be changed, added or dropped (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut costs: Vec<usize> = (0..=to.len()).collect();
    for (row, left) in from.bytes().enumerate() {
        let mut diagonal = row;
        let mut previous = row + 1;
        for (cost, right) in costs.iter_mut().skip(1).zip(to.bytes()) {
            let changed = diagonal + usize::from(left != right);
            diagonal = *cost;
            *cost = changed.min(diagonal + 1).min(previous + 1);
            previous = *cost;
        }
    }
    costs.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_changes() {
        assert_eq!(distance("linger.ms", "linger.ms"), 0);
        assert_eq!(distance("lingr.ms", "linger.ms"), 1);
        assert_eq!(distance("ab", "ba"), 2);
        assert_eq!(distance("", "abc"), 3);
    }
}
