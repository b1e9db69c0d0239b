//! Where a node pushes its results: one virtual call per operator and record.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::TaskContext;
use crate::failure::Step;
use crate::record::Record;
use crate::topology::Wired;

/// Takes records of one type. Private, so that a batch method can be added.
pub(crate) trait Sink<K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step;
}

impl<K, V> fmt::Debug for dyn Sink<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

/// The end of a chain that nothing reads.
pub(crate) struct Discard;

impl<K, V> Sink<K, V> for Discard {
    fn push(&mut self, _: Record<K, V>, _: &mut TaskContext) -> Step {
        Ok(())
    }
}

/// Gives every record to several sinks in order; the last gets the original.
pub(crate) struct Tee<K, V> {
    first: Vec<Box<dyn Sink<K, V>>>,
    last: Box<dyn Sink<K, V>>,
}

impl<K: 'static, V: 'static> Tee<K, V> {
    /// A tee over these sinks; one sink needs none.
    pub(crate) fn over(mut sinks: Vec<Box<dyn Sink<K, V>>>) -> Box<dyn Sink<K, V>>
    where
        K: Clone,
        V: Clone,
    {
        match sinks.pop() {
            None => Box::new(Discard),
            Some(only) if sinks.is_empty() => only,
            Some(last) => Box::new(Self { first: sinks, last }),
        }
    }
}

/// A tee over sinks of these types.
pub(crate) fn tee_of<K: Clone + 'static, V: Clone + 'static>(sinks: Vec<Wired>) -> Wired {
    let sinks = sinks.into_iter().map(Wired::into_sink::<K, V>);
    Wired::new(Tee::over(sinks.collect()))
}

impl<K: Clone, V: Clone> Sink<K, V> for Tee<K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        for sink in &mut self.first {
            // A fan-out is visible in the program as a clone of the stream; here is its price.
            sink.push(record.clone(), task)?;
        }
        self.last.push(record, task)
    }
}

/// A sink that several parents push into. A topology has no cycles, so it is never entered twice.
pub(crate) struct Shared<K, V>(Rc<RefCell<Box<dyn Sink<K, V>>>>);

impl<K, V> Shared<K, V> {
    pub(crate) fn new(sink: Box<dyn Sink<K, V>>) -> Self {
        Self(Rc::new(RefCell::new(sink)))
    }

    pub(crate) fn handle(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<K, V> Sink<K, V> for Shared<K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        self.0.borrow_mut().push(record, task)
    }
}
