//! processor input

use headwater_core::prelude::*;

struct Double;

impl Processor<String, i64> for Double {
    type Key = String;
    type Value = i64;

    fn process(
        &mut self,
        record: Record<String, i64>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        context.forward(record.map_value(|number| number * 2))
    }
}

fn main() {
    let builder = StreamsBuilder::new();
    let numbers = builder.stream("numbers", Consumed::with(Utf8, F64));
    numbers.process(|| Double).to("doubled", Produced::with(Utf8, I64));
}
