//! Processors that are called between records.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

/// Counts records and forwards the count at each punctuation.
struct CountUntil(PunctuationKind, i64);

impl Processor<String, String> for CountUntil {
    type Key = String;
    type Value = i64;

    fn init(&mut self, context: &mut ProcessorContext<'_, String, i64>) {
        context.schedule(self.0, Duration::from_millis(100));
    }

    fn process(
        &mut self,
        _: Record<String, String>,
        _: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        self.1 += 1;
        Ok(())
    }

    fn punctuate(
        &mut self,
        _: PunctuationId,
        now: Timestamp,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        assert!(
            context.origin().is_none(),
            "a punctuation has no record in hand"
        );
        context.forward(Record::new("count".to_owned(), self.1, now))
    }
}

fn driver(kind: PunctuationKind) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .process(move || CountUntil(kind, 0))
        .to("out", Produced::with(Utf8, I64));
    Ok(TopologyTestDriver::new(builder.build()?)?)
}

#[test]
fn stream_time_fires_on_the_first_record_and_once_after_a_gap() -> Tested {
    let mut driver = driver(PunctuationKind::StreamTime)?;
    for at in [5, 50, 120, 990, 995] {
        driver.input("in", Utf8, Utf8).at_ms(at).push("k", "v")?;
    }
    let read = driver.output("out", Utf8, I64).records()?;
    let fired: Vec<(i64, i64)> = read
        .iter()
        .map(|read| (read.record.timestamp.as_millis(), read.record.value))
        .collect();
    assert_eq!(fired, [(5, 1), (120, 3), (990, 4)]);
    Ok(())
}

#[test]
fn wall_clock_fires_on_an_idle_input() -> Tested {
    let mut driver = driver(PunctuationKind::WallClock)?;
    driver.input("in", Utf8, Utf8).push("k", "v")?;
    driver.advance_wall_clock(Duration::from_millis(99))?;
    assert!(driver.output("out", Utf8, I64).values()?.is_empty());
    driver.advance_wall_clock(Duration::from_millis(1))?;
    driver.advance_wall_clock(Duration::from_millis(350))?;
    assert_eq!(driver.output("out", Utf8, I64).values()?, [1, 1]);
    Ok(())
}
