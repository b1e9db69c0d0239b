//! The typed end at which records enter a task.

use std::error::Error;
use std::fmt;

use crate::failure::TaskFailure;
use crate::processor::TaskContext;
use crate::record::RawRecord;
use crate::time::Timestamp;

/// What became of a record that a source was to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staged {
    /// It is decoded and stands at this time.
    At(Timestamp),
    /// It was dropped and counted; its offset advances.
    Dropped,
}

/// Reads records of a topic into a task. Erased: the types are inside.
pub trait SourceNode {
    /// Makes room for one more input partition; lanes are numbered by the task.
    fn open_lane(&mut self, lane: usize);

    /// Decodes the record, finds its time, and keeps it with its headers as the head of its lane.
    ///
    /// # Errors
    /// If it cannot be read and the policy is to stop.
    fn stage(
        &mut self,
        lane: usize,
        raw: &mut RawRecord<'_>,
        partition_time: Timestamp,
        task: &mut TaskContext,
    ) -> Result<Staged, Box<TaskFailure>>;

    /// Pushes the head of the lane through the chain.
    ///
    /// # Errors
    /// If a node stops the task.
    fn forward(&mut self, lane: usize, task: &mut TaskContext) -> Result<(), Box<TaskFailure>>;
}

impl fmt::Debug for dyn SourceNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SourceNode")
    }
}

/// Several sources that read the same topics: each decodes for itself, as each may give the
/// bytes another meaning, and the first says what time it is.
pub(crate) struct SameTopics(Vec<Box<dyn SourceNode>>);

impl SameTopics {
    /// One source stays itself.
    pub(crate) fn over(mut sources: Vec<Box<dyn SourceNode>>) -> Box<dyn SourceNode> {
        match sources.pop() {
            Some(only) if sources.is_empty() => only,
            Some(last) => {
                sources.push(last);
                Box::new(Self(sources))
            }
            None => unreachable!("a source node has at least itself"),
        }
    }
}

impl SourceNode for SameTopics {
    fn open_lane(&mut self, lane: usize) {
        for source in &mut self.0 {
            source.open_lane(lane);
        }
    }

    fn stage(
        &mut self,
        lane: usize,
        raw: &mut RawRecord<'_>,
        partition_time: Timestamp,
        task: &mut TaskContext,
    ) -> Result<Staged, Box<TaskFailure>> {
        let mut first = None;
        for source in &mut self.0 {
            match (
                source.stage(lane, &mut raw.clone(), partition_time, task)?,
                first,
            ) {
                (Staged::Dropped, None) => return Ok(Staged::Dropped),
                (staged, None) => first = Some(staged),
                _ => {}
            }
        }
        Ok(first.unwrap_or(Staged::Dropped))
    }

    fn forward(&mut self, lane: usize, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        self.0
            .iter_mut()
            .try_for_each(|source| source.forward(lane, task))
    }
}

/// A timestamp that cannot be used.
#[derive(Debug)]
pub(crate) struct InvalidTime(pub(crate) Timestamp);

impl fmt::Display for InvalidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no usable timestamp was found (the record carries {}); choose a timestamp extractor \
             that skips or replaces such times",
            self.0
        )
    }
}

impl Error for InvalidTime {}
