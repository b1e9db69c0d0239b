//! Rows of a table that die: they are deleted and passed on as deletions.

use crate::failure::Step;
use crate::processor::{InHand, TableOutput, TaskContext};
use crate::record::{Change, Headers, Record};
use crate::store::KeyValueRows;
use crate::topology::{NodeId, Wiring};

/// The output of a table in a key-value store, whose rows die where they have a TTL.
pub(super) fn output<K: 'static, V: 'static>(
    wiring: &mut Wiring<'_>,
    node: NodeId,
    store: &str,
) -> TableOutput<K, V, KeyValueRows<K, V>> {
    let output = wiring.table_output(node, store);
    let declared = wiring.graph().store(store);
    if declared.is_some_and(|store| store.ttl.is_some()) {
        let mut dying = output.handle();
        wiring.before_flush(store, move |task| expire(&mut dying, task));
    }
    output
}

/// Deletes each row that has died, and passes its deletion on: no record is in hand then.
fn expire<K: 'static, V: 'static>(
    table: &mut TableOutput<K, V, KeyValueRows<K, V>>,
    task: &mut TaskContext,
) -> Step {
    let in_hand = task.swap_in_hand(InHand::default());
    let expired = expire_all(table, task);
    task.swap_in_hand(in_hand);
    expired
}

fn expire_all<K: 'static, V: 'static>(
    table: &mut TableOutput<K, V, KeyValueRows<K, V>>,
    task: &mut TaskContext,
) -> Step {
    loop {
        let dead = table.store().borrow_mut().expire_next(task);
        match dead {
            Ok(None) => return Ok(()),
            Ok(Some(dead)) => {
                let deletion = Record {
                    key: dead.key,
                    value: Change::new(None, Some(dead.value)),
                    timestamp: dead.timestamp,
                    headers: Headers::new(),
                };
                table.updated(deletion, task)?;
            }
            Err(error) => task.settle_store(table.name(), error)?,
        }
    }
}
