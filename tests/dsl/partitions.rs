//! Keys and partitions: murmur2, partitioners of the user, real repartition topics.

use headwater_core::partition::partition_for_key;
use headwater_core::prelude::*;
use headwater_core::record::Partition;
use headwater_testing::{DriverError, TopologyTestDriver};

type Tested = Result<(), Box<dyn std::error::Error>>;

fn words() -> Vec<String> {
    (0..50).map(|number| format!("word-{number}")).collect()
}

#[test]
fn a_repartitioned_record_is_processed_where_its_key_belongs() -> Tested {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(IgnoreKey, Utf8))
        .select_key(|(), word| word.clone())
        .repartition(
            Repartitioned::with(Utf8, Utf8)
                .named("by-word")
                .partitions(5),
        )
        .process(|| TellTask)
        .to("out", Produced::with(Utf8, Utf8));
    let mut driver = TopologyTestDriver::builder(builder.build()?)
        .topic("in", 3)
        .build()?;
    for (number, word) in words().into_iter().enumerate() {
        let partition = i32::try_from(number % 3)?;
        driver
            .input("in", IgnoreKey, Utf8)
            .to_partition(partition)
            .push((), word)?;
    }
    let told = driver.output("out", Utf8, Utf8).pairs()?;
    assert_eq!(told.len(), 50);
    for (word, task) in told {
        let partition = partition_for_key(word.as_bytes(), 5);
        assert_eq!(task, format!("1_{partition}"), "{word}");
    }
    Ok(())
}

/// Replaces the value by the id of the task.
struct TellTask;

impl Processor<String, String> for TellTask {
    type Key = String;
    type Value = String;

    fn process(
        &mut self,
        record: Record<String, String>,
        context: &mut ProcessorContext<'_, String, String>,
    ) -> Result<(), Failure> {
        let task = context.task().to_string();
        context.forward(record.with_value(task))
    }
}

#[test]
fn a_repartition_topic_has_as_many_partitions_as_what_feeds_it() -> Tested {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .repartition(Repartitioned::with(Utf8, Utf8).named("again"))
        .to("out", Produced::with(Utf8, Utf8));
    let mut driver = TopologyTestDriver::builder(builder.build()?)
        .topic("in", 4)
        .build()?;
    for word in words() {
        driver
            .input("in", Utf8, Utf8)
            .push(word.as_str(), word.as_str())?;
    }
    let internal = driver
        .output("app-again-repartition", Utf8, Utf8)
        .records()?;
    for read in internal {
        let expected = partition_for_key(read.record.key.as_bytes(), 4);
        assert_eq!(read.partition, expected);
    }
    Ok(())
}

fn with_partitioner(
    choose: impl Fn(&String, &i64, &str, u32) -> Partitioning + Send + Sync + 'static,
) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
    let builder = StreamsBuilder::new();
    let produced = Produced::with(Utf8, I64).partitioner(choose);
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .to("out", produced);
    Ok(TopologyTestDriver::builder(builder.build()?)
        .topic("out", 3)
        .build()?)
}

#[test]
fn a_partitioner_sends_to_one_to_several_or_nowhere() -> Tested {
    let to = |index| Partition::new(index);
    let mut driver = with_partitioner(move |_, value, _, partitions| {
        assert_eq!(partitions, 3);
        match value {
            0 => Partitioning::Drop,
            1 => Partitioning::To(to(2)),
            2 => Partitioning::ToAll(vec![to(0), to(1)]),
            _ => Partitioning::Default,
        }
    })?;
    driver
        .input("in", Utf8, I64)
        .push("k", 0)?
        .push("k", 1)?
        .push("k", 2)?
        .push("k", 3)?;
    let read = driver.output("out", Utf8, I64).records()?;
    let placed: Vec<(i64, i32)> = read
        .iter()
        .map(|read| (read.record.value, read.partition.index()))
        .collect();
    let by_key = partition_for_key(b"k", 3).index();
    assert_eq!(placed, [(1, 2), (2, 0), (2, 1), (3, by_key)]);
    Ok(())
}

#[test]
fn a_partition_that_is_not_there_stops_the_task_and_is_named() -> Tested {
    let mut driver = with_partitioner(|_, _, _, _| Partitioning::To(Partition::new(9)))?;
    let error: DriverError = driver.input("in", Utf8, I64).push("k", 0).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("partition 9 of topic out, which has 3"),
        "{error}"
    );
    Ok(())
}
