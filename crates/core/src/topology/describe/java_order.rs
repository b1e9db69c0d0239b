//! The order in which Java's hash maps list strings: `describe()` shows it.

const CAPACITY_MIN: usize = 16;

/// The order of a `HashMap` or `HashSet` that these strings were put into one by one.
pub(crate) fn hash_order<'s>(strings: &[&'s str]) -> Vec<&'s str> {
    // A map doubles when it holds more than three quarters of its capacity.
    let mut capacity = CAPACITY_MIN;
    while strings.len() * 4 > capacity * 3 {
        capacity *= 2;
    }
    let mut order = distinct(strings);
    order.sort_by_key(|string| bucket(string, capacity));
    order
}

/// The order of `new HashSet<>(strings)`, which is sized for them beforehand.
pub(crate) fn hash_set_copy(strings: &[String]) -> Vec<String> {
    let capacity = (strings.len() * 4 / 3 + 1)
        .max(CAPACITY_MIN)
        .next_power_of_two();
    let borrowed: Vec<&str> = strings.iter().map(String::as_str).collect();
    let mut order = distinct(&borrowed);
    order.sort_by_key(|string| bucket(string, capacity));
    order.into_iter().map(str::to_owned).collect()
}

fn distinct<'s>(strings: &[&'s str]) -> Vec<&'s str> {
    let mut seen = std::collections::HashSet::new();
    strings
        .iter()
        .copied()
        .filter(|string| seen.insert(*string))
        .collect()
}

/// Within a bucket the order of insertion stays, which a stable sort keeps.
fn bucket(string: &str, capacity: usize) -> usize {
    let hash = hash_code(string);
    (hash ^ (hash >> 16)) as usize & (capacity - 1)
}

/// `String.hashCode()`, as unsigned.
fn hash_code(string: &str) -> u32 {
    string.encode_utf16().fold(0, |hash: u32, unit| {
        hash.wrapping_mul(31).wrapping_add(u32::from(unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_codes_are_javas() {
        assert_eq!(hash_code(""), 0);
        assert_eq!(hash_code("in1"), 104_364);
        assert_eq!(hash_code("hello"), 99_162_322);
    }

    #[test]
    fn two_topics_are_listed_as_java_lists_them() {
        let topics = ["in1".to_owned(), "in2".to_owned()];
        assert_eq!(hash_set_copy(&topics), ["in2", "in1"]);
    }
}
