package headwater.oracle;

import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** A step behind {@code process_values}. */
final class SameKeyProcessor extends ContextualFixedKeyProcessor<Object, Object, Object> {
    private final Step step;

    SameKeyProcessor(Step step) {
        this.step = step;
    }

    @Override
    public void process(FixedKeyRecord<Object, Object> record) {
        step.apply(context(), record.key(), record.value(), record.timestamp(), record.headers())
            .ifPresent(result -> context().forward(
                record.withValue(result.value()).withTimestamp(result.timestamp())));
    }
}
