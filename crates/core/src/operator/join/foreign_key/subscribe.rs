//! The left side: tells the right side which rows it wants to hear of.

use super::encoder::Encoder;
use super::hash::Hash;
use super::wire::{Instruction, Subscription};
use super::{Extract, JoinKind};
use crate::codec::{CodecError, SharedCodec};
use crate::failure::{FailedStep, Failure, Step};
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};

/// Turns an update of a left row into subscriptions.
///
/// Semantics: `SubscriptionSendProcessorSupplier` (KIP-1104: the key is seen, too).
pub(super) struct Subscribe<K, V, KO> {
    pub(super) name: String,
    pub(super) kind: JoinKind,
    /// Whether the left table has versions: updates that are not its newest are dropped.
    pub(super) is_versioned: bool,
    pub(super) extract: Extract<K, V, KO>,
    pub(super) foreign_key: SharedCodec<KO>,
    /// Two, as the foreign keys before and after are compared.
    pub(super) old_key: Encoder<KO>,
    pub(super) new_key: Encoder<KO>,
    pub(super) values: Encoder<V>,
    pub(super) next: Box<dyn Sink<Option<KO>, Subscription<K>>>,
}

/// What an update says about the foreign key of a row.
struct Keys<KO> {
    /// The one before; none where there was no row or no key in it.
    old: Option<KO>,
    new: NewKey<KO>,
}

/// The foreign key that a row has now.
enum NewKey<KO> {
    /// There is no row any more.
    NoRow,
    /// There is a row, but no key in it.
    NoKey,
    Key(KO),
}

/// At most an end of the subscription so far, then at most a new one.
struct Plan<KO> {
    end: Option<(KO, Instruction)>,
    begin: Option<(Option<KO>, Instruction)>,
}

impl<K: Clone, V: 'static, KO: 'static> Subscribe<K, V, KO> {
    fn keys(&self, key: &K, change: &Change<V>) -> Result<Keys<KO>, Failure> {
        let extract = |value: &V| {
            let found = (self.extract)(key, value)?;
            Ok::<_, Failure>(found.filter(|found| !self.foreign_key.is_null(found)))
        };
        let old = change.old.as_ref().map(extract).transpose()?;
        let new = change.new.as_ref().map(extract).transpose()?;
        Ok(Keys {
            old: old.flatten(),
            new: match new {
                None => NewKey::NoRow,
                Some(None) => NewKey::NoKey,
                Some(Some(key)) => NewKey::Key(key),
            },
        })
    }

    /// Whether the subscription moves: by bytes, as keys need not be comparable.
    fn moves(&mut self, keys: &Keys<KO>) -> Result<bool, CodecError> {
        match keys {
            Keys { old: None, .. } => Ok(false),
            Keys {
                old: Some(old),
                new: NewKey::Key(new),
            } => Ok(self.old_key.encode(old)? != self.new_key.encode(new)?),
            Keys { old: Some(_), .. } => Ok(true),
        }
    }

    fn plan(&mut self, keys: Keys<KO>) -> Result<Plan<KO>, CodecError> {
        let moves = self.moves(&keys)?;
        Ok(match self.kind {
            JoinKind::Inner => plan_inner(keys, moves),
            JoinKind::Left => plan_left(keys, moves),
        })
    }

    fn hash(&mut self, new: Option<&V>) -> Result<Option<Hash>, CodecError> {
        let Some(new) = new else {
            return Ok(None);
        };
        self.values.encode(new).map(Hash::of).map(Some)
    }
}

/// Only rows with a key can be in the result.
fn plan_inner<KO>(keys: Keys<KO>, moves: bool) -> Plan<KO> {
    match keys.new {
        NewKey::NoRow | NewKey::NoKey => Plan {
            end: keys.old.map(|old| (old, Instruction::DeleteAndRespond)),
            begin: None,
        },
        // The new subscription is answered in any case, so that a result before is replaced.
        NewKey::Key(new) if moves => Plan {
            end: keys.old.map(|old| (old, Instruction::DeleteSilently)),
            begin: Some((Some(new), Instruction::RespondAlways)),
        },
        // Without a partner there is no result, and there was none before.
        NewKey::Key(new) => Plan {
            end: None,
            begin: Some((Some(new), Instruction::RespondIfMatched)),
        },
    }
}

/// Every row is in the result, and a deletion needs an answer as well: without a foreign key,
/// any task of the right side gives it.
fn plan_left<KO>(keys: Keys<KO>, moves: bool) -> Plan<KO> {
    let new = match keys.new {
        NewKey::NoRow | NewKey::NoKey => None,
        NewKey::Key(new) => Some(new),
    };
    let end = keys.old.filter(|_| moves);
    Plan {
        end: end.map(|old| (old, Instruction::DeleteSilently)),
        begin: Some((new, Instruction::RespondAlways)),
    }
}

impl<K: Clone, V: 'static, KO: 'static> Sink<K, Change<V>> for Subscribe<K, V, KO> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let change = &record.value;
        if self.is_versioned && !change.is_latest {
            task.drop_record("a newer version of its row is known, and only that is joined");
            return Ok(());
        }
        if self.kind == JoinKind::Left && change.old.is_none() && change.new.is_none() {
            return Ok(());
        }
        let keys = match self.keys(&record.key, change) {
            Ok(keys) => keys,
            Err(failure) => return task.settle_failure(&self.name, failure),
        };
        if self.kind == JoinKind::Inner && matches!(keys.new, NewKey::NoKey) {
            task.drop_record("it has no foreign key, and an inner join needs one");
        }
        let planned = self.plan(keys);
        let planned = planned.and_then(|plan| Ok((plan, self.hash(change.new.as_ref())?)));
        let (plan, hash) = match planned {
            Ok(planned) => planned,
            Err(error) => return task.settle(FailedStep::Process, &self.name, error.into()),
        };
        let partition = Some(task.task().partition);
        let subscription = |instruction, primary_key| Subscription {
            hash,
            instruction,
            primary_key,
            primary_partition: partition,
        };
        let (timestamp, headers) = (record.timestamp, record.headers);
        if let Some((foreign_key, instruction)) = plan.end {
            let ended = Record {
                key: Some(foreign_key),
                // The key is needed again if the row subscribes anew.
                value: subscription(instruction, record.key.clone()),
                timestamp,
                headers: headers.clone(),
            };
            self.next.push(ended, task)?;
        }
        let Some((foreign_key, instruction)) = plan.begin else {
            return Ok(());
        };
        let begun = Record {
            key: foreign_key,
            value: subscription(instruction, record.key),
            timestamp,
            headers,
        };
        self.next.push(begun, task)
    }
}

#[cfg(test)]
mod tests {
    use super::Instruction::{DeleteAndRespond, DeleteSilently, RespondAlways, RespondIfMatched};
    use super::*;

    type Sent = (
        Option<(i32, Instruction)>,
        Option<(Option<i32>, Instruction)>,
    );

    /// What is sent when the foreign key goes from `old` to `new`.
    fn sent(kind: JoinKind, old: Option<i32>, new: NewKey<i32>) -> Sent {
        let moves = match &new {
            NewKey::Key(new) => old.is_some_and(|old| old != *new),
            NewKey::NoRow | NewKey::NoKey => old.is_some(),
        };
        let keys = Keys { old, new };
        let plan = match kind {
            JoinKind::Inner => plan_inner(keys, moves),
            JoinKind::Left => plan_left(keys, moves),
        };
        (plan.end, plan.begin)
    }

    #[test]
    fn inner_join_subscribes_only_rows_with_a_key() {
        let sent = |old, new| sent(JoinKind::Inner, old, new);
        let begun = |key, instruction| Some((Some(key), instruction));
        assert_eq!(
            sent(None, NewKey::Key(1)),
            (None, begun(1, RespondIfMatched))
        );
        assert_eq!(
            sent(Some(1), NewKey::Key(1)),
            (None, begun(1, RespondIfMatched))
        );
        assert_eq!(
            sent(Some(1), NewKey::Key(2)),
            (Some((1, DeleteSilently)), begun(2, RespondAlways))
        );
        assert_eq!(
            sent(Some(1), NewKey::NoKey),
            (Some((1, DeleteAndRespond)), None)
        );
        assert_eq!(
            sent(Some(1), NewKey::NoRow),
            (Some((1, DeleteAndRespond)), None)
        );
        assert_eq!(sent(None, NewKey::NoKey), (None, None));
        assert_eq!(sent(None, NewKey::NoRow), (None, None));
    }

    #[test]
    fn left_join_always_wants_an_answer() {
        let sent = |old, new| sent(JoinKind::Left, old, new);
        let begun = |key| Some((key, RespondAlways));
        assert_eq!(sent(None, NewKey::Key(1)), (None, begun(Some(1))));
        assert_eq!(sent(Some(1), NewKey::Key(1)), (None, begun(Some(1))));
        assert_eq!(
            sent(Some(1), NewKey::Key(2)),
            (Some((1, DeleteSilently)), begun(Some(2)))
        );
        assert_eq!(
            sent(Some(1), NewKey::NoKey),
            (Some((1, DeleteSilently)), begun(None))
        );
        assert_eq!(
            sent(Some(1), NewKey::NoRow),
            (Some((1, DeleteSilently)), begun(None))
        );
        assert_eq!(sent(None, NewKey::NoKey), (None, begun(None)));
    }
}
