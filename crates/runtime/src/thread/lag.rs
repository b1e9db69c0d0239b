//! How far an instance is behind: what is in its partitions and not processed.

use std::collections::HashMap;

use headwater_core::record::TopicPartition;

use crate::port::Consumer;
use crate::rebalance::Route;

/// Records that wait, here or at the broker, over all partitions of which something has been
/// read; `None` if that is true of none.
pub(super) fn records_waiting(
    routes: &HashMap<TopicPartition, Route>,
    consumer: &dyn Consumer,
) -> Option<u64> {
    let waiting = routes.iter().filter_map(|(partition, route)| {
        let end = consumer.end_offset(partition)?;
        let unread = end.number() - route.next_fetch?.number();
        Some(u64::try_from(unread).unwrap_or(0) + route.flow.buffered() as u64)
    });
    waiting.reduce(|all, one| all + one)
}
