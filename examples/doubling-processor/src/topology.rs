//! The topology: what happens to each record on its way from topic to topic.

use headwater::TopologyError;
use headwater::prelude::*;

use crate::cli::OnBadRecord;
use crate::double::{Doubled, Input};

/// Doubles the values of `input_topic` into `output_topic` and shows each pair to `look`.
///
/// Keys pass as the bytes they are, null included; timestamps and headers come along by
/// themselves.
///
/// # Errors
/// If one of the names is no topic name.
pub fn doubling(
    input_topic: &str,
    output_topic: &str,
    look: impl Fn(&Doubled) + Send + Sync + 'static,
) -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    builder
        .stream(
            input_topic,
            Consumed::with(RawBytes.nullable(), Json::<Input>::new()),
        )
        .map_values(Doubled::from)
        .peek(move |_key, doubled| look(doubled))
        .to(
            output_topic,
            Produced::with(RawBytes.nullable(), Json::<Doubled>::new()),
        );
    builder.build()
}

/// What happens to input that [`Input`] does not read. The library counts and logs what is
/// skipped, with topic, partition, offset and reason.
pub fn failure_policy(on_bad_record: OnBadRecord) -> FailurePolicy {
    match on_bad_record {
        OnBadRecord::Skip => FailurePolicy::stop().on_decode(|_| Decision::Skip),
        OnBadRecord::Stop => FailurePolicy::stop(),
    }
}
