package headwater.oracle;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** A step behind {@code process}. */
final class AnyKeyProcessor extends ContextualProcessor<Object, Object, Object, Object> {
    private final Step step;

    AnyKeyProcessor(Step step) {
        this.step = step;
    }

    @Override
    public void process(Record<Object, Object> record) {
        step.apply(context(), record.key(), record.value(), record.timestamp(), record.headers())
            .ifPresent(result -> context().forward(
                record.withValue(result.value()).withTimestamp(result.timestamp())));
    }
}
