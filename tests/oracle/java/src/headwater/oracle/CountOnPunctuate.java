package headwater.oracle;

import java.util.ArrayList;
import java.util.List;

import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Counts by key, and forwards and forgets the counts at each punctuation. */
final class CountOnPunctuate extends ContextualProcessor<Object, Object, Object, Object> {
    private final Op settings;
    private KeyValueStore<Object, Long> counts;

    CountOnPunctuate(Op settings) {
        this.settings = settings;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        counts = context.getStateStore(settings.text("store"));
        PunctuationType clock = switch (settings.text("clock")) {
            case "stream" -> PunctuationType.STREAM_TIME;
            case "wall" -> PunctuationType.WALL_CLOCK_TIME;
            default -> throw settings.unknown("clock");
        };
        context.schedule(settings.millis("interval_ms"), clock, this::punctuate);
    }

    @Override
    public void process(Record<Object, Object> record) {
        if (record.key() != null) {
            Long stored = counts.get(record.key());
            counts.put(record.key(), (stored == null ? 0 : stored) + 1);
        }
    }

    private void punctuate(long time) {
        List<KeyValue<Object, Long>> entries = new ArrayList<>();
        try (KeyValueIterator<Object, Long> all = counts.all()) {
            all.forEachRemaining(entries::add);
        }
        for (KeyValue<Object, Long> entry : entries) {
            counts.delete(entry.key);
            context().forward(new Record<>(entry.key, entry.value, time));
        }
    }
}
