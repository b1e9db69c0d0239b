package headwater.oracle;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;

/** What a processor does with one record, whether or not it may change the key. */
interface Step {
    /** The record that is forwarded, none when it vanishes. */
    Optional<Result> apply(ProcessingContext context, Object key, Object value, long timestamp, Headers headers);

    /** A forwarded value and its timestamp; headers are added in place. */
    record Result(Object value, long timestamp) {
    }

    static Step of(Op settings) {
        return switch (settings.text("fn")) {
            case "running_count" -> runningCount(settings.text("store"));
            case "dedupe" -> dedupe(settings.text("store"), settings.get("within_ms").longValue());
            case "with_metadata" -> (context, key, value, timestamp, headers) ->
                Optional.of(new Result(Text.of(value) + "@" + position(context), timestamp));
            case "stream_time" -> (context, key, value, timestamp, headers) ->
                Optional.of(new Result(Text.of(value) + "@" + context.currentStreamTimeMs(), timestamp));
            case "add_header" -> (context, key, value, timestamp, headers) -> {
                headers.add(settings.text("key"), settings.text("value").getBytes(StandardCharsets.UTF_8));
                return Optional.of(new Result(value, timestamp));
            };
            case "shift_ts" -> (context, key, value, timestamp, headers) ->
                Optional.of(new Result(value, timestamp + settings.get("by_ms").longValue()));
            default -> throw settings.unknown("fn");
        };
    }

    private static Step runningCount(String name) {
        return (context, key, value, timestamp, headers) -> {
            if (key == null) {
                return Optional.empty();
            }
            KeyValueStore<Object, Long> store = context.getStateStore(name);
            Long stored = store.get(key);
            long count = (stored == null ? 0 : stored) + 1;
            store.put(key, count);
            return Optional.of(new Result(count, timestamp));
        };
    }

    private static Step dedupe(String name, long withinMs) {
        return (context, key, value, timestamp, headers) -> {
            if (key == null) {
                return Optional.of(new Result(value, timestamp));
            }
            KeyValueStore<Object, Long> store = context.getStateStore(name);
            Long last = store.get(key);
            if (last != null && timestamp - last < withinMs) {
                return Optional.empty();
            }
            store.put(key, timestamp);
            return Optional.of(new Result(value, timestamp));
        };
    }

    private static String position(ProcessingContext context) {
        return context.recordMetadata()
            .map(at -> at.topic() + "/" + at.partition() + "/" + at.offset())
            .orElse("");
    }
}
