package headwater.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.KeyValueStore;

/** Operations that read topics. */
final class Sources {
    private final StreamsBuilder builder;
    private final Map<String, Types> types = new HashMap<>();

    Sources(StreamsBuilder builder) {
        this.builder = builder;
    }

    /** The types of the records in a topic. */
    record Types(Type key, Type value) {
    }

    Types types(String topic) {
        Types found = types.get(topic);
        if (found == null) {
            throw new SpecException("no source reads " + topic);
        }
        return found;
    }

    Node stream(Op op) {
        Types read = remember(op);
        JsonNode topic = op.get("topic");
        KStream<Object, Object> stream = topic.isArray()
            ? builder.stream(topics(topic), consumed(op, read))
            : builder.stream(topic.textValue(), consumed(op, read));
        return new Node.Stream(stream, read.key, read.value);
    }

    Node table(Op op) {
        Types read = remember(op);
        String topic = op.text("topic");
        KTable<Object, Object> table = op.has("materialized")
            ? builder.table(topic, consumed(op, read),
                Stored.<KeyValueStore<Bytes, byte[]>>materialized(op.get("materialized"), read.key, read.value))
            : builder.table(topic, consumed(op, read));
        return new Node.Table(table, read.key, read.value);
    }

    Node globalTable(Op op) {
        Types read = remember(op);
        String topic = op.text("topic");
        GlobalKTable<Object, Object> table = op.has("materialized")
            ? builder.globalTable(topic, consumed(op, read),
                Stored.<KeyValueStore<Bytes, byte[]>>materialized(op.get("materialized"), read.key, read.value))
            : builder.globalTable(topic, consumed(op, read));
        return new Node.Global(table, read.key, read.value);
    }

    private Types remember(Op op) {
        Types read = new Types(Type.named(op.text("key")), Type.named(op.text("value")));
        JsonNode topic = op.get("topic");
        for (String name : topic.isArray() ? topics(topic) : List.of(topic.textValue())) {
            types.put(name, read);
        }
        return read;
    }

    private static List<String> topics(JsonNode array) {
        List<String> topics = new ArrayList<>();
        array.forEach(topic -> topics.add(topic.textValue()));
        return topics;
    }

    private static Consumed<Object, Object> consumed(Op op, Types read) {
        Consumed<Object, Object> consumed = Consumed.with(read.key.serde(), read.value.serde());
        if (op.has("extractor")) {
            consumed = consumed.withTimestampExtractor(extractor(op));
        }
        return op.name() == null ? consumed : consumed.withName(op.name());
    }

    private static TimestampExtractor extractor(Op op) {
        return switch (op.text("extractor")) {
            case "value" -> (record, partitionTime) -> timeInValue(record);
            case "value_or_previous" -> (record, partitionTime) -> {
                long time = timeInValue(record);
                return time < 0 ? partitionTime : time;
            };
            default -> throw op.unknown("extractor");
        };
    }

    private static long timeInValue(ConsumerRecord<Object, Object> record) {
        return record.value() instanceof Long time ? time : record.timestamp();
    }
}
