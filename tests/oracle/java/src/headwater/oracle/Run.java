package headwater.oracle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** A topology on the test driver: feeds steps and notes what each of them did. */
final class Run {
    private static final ByteArraySerializer WRITE = new ByteArraySerializer();
    private static final ByteArrayDeserializer READ = new ByteArrayDeserializer();

    private final TopologyTestDriver driver;
    private final Sources sources;
    private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new TreeMap<>();
    private final Map<String, TestOutputTopic<byte[], byte[]>> outputs = new TreeMap<>();
    private final Map<String, SortedSet<Bytes>> keysByTopic = new TreeMap<>();
    private double dropped;

    Run(TopologyTestDriver driver, Sources sources) {
        this.driver = driver;
        this.sources = sources;
    }

    void feed(JsonNode step) {
        if (step.has("advance_wall_ms")) {
            driver.advanceWallClockTime(Duration.ofMillis(step.get("advance_wall_ms").longValue()));
            return;
        }
        String topic = step.get("topic").textValue();
        Sources.Types types = sources.types(topic);
        inputs.computeIfAbsent(topic, name -> driver.createInputTopic(name, WRITE, WRITE))
            .pipeInput(new TestRecord<>(
                part(step, "key", topic, types.key()),
                part(step, "value", topic, types.value()),
                headers(step),
                Instant.ofEpochMilli(step.get("ts").longValue())));
    }

    /** What was written and dropped since the last call; the driver hides what a failing record wrote. */
    ObjectNode take() {
        ObjectNode step = JsonNodeFactory.instance.objectNode();
        ArrayNode out = written();
        if (!out.isEmpty()) {
            step.set("out", out);
        }
        double total = droppedSoFar();
        if (total > dropped) {
            step.put("dropped", (long) (total - dropped));
        }
        dropped = total;
        return step;
    }

    ObjectNode stores(String changelogPrefix) {
        ObjectNode stores = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(driver.getAllStateStores()).forEach((name, store) -> stores.set(name, StoreDump.of(
            store, keysByTopic.getOrDefault(changelogPrefix + name + "-changelog", new TreeSet<>()))));
        return stores;
    }

    /** The changelogs of suppress buffers, which write in the order of a hash set. */
    List<String> unordered(String changelogPrefix) {
        return driver.getAllStateStores().entrySet().stream()
            .filter(store -> StoreDump.isSuppressBuffer(store.getValue()))
            .map(store -> changelogPrefix + store.getKey() + "-changelog")
            .sorted()
            .toList();
    }

    private ArrayNode written() {
        Map<String, List<ObjectNode>> byTopic = new TreeMap<>();
        for (String topic : driver.producedTopicNames()) {
            outputs.computeIfAbsent(topic, name -> driver.createOutputTopic(name, READ, READ))
                .readRecordsToList()
                .forEach(record -> note(byTopic, topic, record));
        }
        ArrayNode out = JsonNodeFactory.instance.arrayNode();
        byTopic.values().forEach(out::addAll);
        return out;
    }

    private void note(Map<String, List<ObjectNode>> byTopic, String topic, TestRecord<byte[], byte[]> record) {
        if (record.key() != null) {
            keysByTopic.computeIfAbsent(topic, name -> new TreeSet<>()).add(Bytes.wrap(record.key()));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("topic", topic)
            .put("key_hex", Hex.of(record.key()))
            .put("value_hex", Hex.of(record.value()));
        json.put("ts", record.timestamp());
        if (record.headers().iterator().hasNext()) {
            ArrayNode headers = json.putArray("headers");
            for (Header header : record.headers()) {
                headers.addArray().add(header.key()).add(Hex.of(header.value()));
            }
        }
        byTopic.computeIfAbsent(topic, name -> new ArrayList<>()).add(json);
    }

    private double droppedSoFar() {
        return driver.metrics().entrySet().stream()
            .filter(metric -> metric.getKey().name().equals("dropped-records-total"))
            .mapToDouble(metric -> (Double) metric.getValue().metricValue())
            .sum();
    }

    private static byte[] part(JsonNode step, String field, String topic, Type type) {
        JsonNode hex = step.get(field + "_hex");
        return hex != null && !hex.isNull() ? Hex.parse(hex.textValue()) : type.bytes(topic, step.get(field));
    }

    private static Headers headers(JsonNode step) {
        Headers headers = new RecordHeaders();
        for (JsonNode header : step.path("headers")) {
            headers.add(header.get(0).textValue(), Hex.parse(header.get(1).textValue()));
        }
        return headers;
    }
}
