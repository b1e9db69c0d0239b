package headwater.oracle;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyTestDriver;

/** Makes a golden of a spec: runs it and adds what Kafka Streams did. */
final class Recorder {
    private static final String APPLICATION_ID = "app";
    private static final String CHANGELOG_PREFIX = APPLICATION_ID + "-";
    private static final List<String> SPEC_FIELDS = List.of("config", "start_wall_ms", "topology", "inputs");

    private final Path stateFolder;

    /** @param stateFolder where the stores of the running case are kept */
    Recorder(Path stateFolder) {
        this.stateFolder = stateFolder;
    }

    ObjectNode record(ObjectNode spec) {
        ObjectNode golden = JsonNodeFactory.instance.objectNode();
        golden.set("name", new Op(spec).get("name"));
        golden.put("kafka", AppInfoParser.getVersion());
        SPEC_FIELDS.stream().filter(spec::has).forEach(field -> golden.set(field, spec.get(field)));
        golden.set("expected", expected(spec));
        return golden;
    }

    private ObjectNode expected(ObjectNode spec) {
        ObjectNode expected = JsonNodeFactory.instance.objectNode();
        Properties properties = properties(spec.path("config"));
        Sources sources;
        Topology topology;
        try {
            StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
            TopologyInterpreter interpreter = new TopologyInterpreter(builder);
            interpreter.apply(new Op(spec).get("topology"));
            sources = interpreter.sources();
            topology = builder.build(properties);
            expected.put("describe", topology.describe().toString());
        } catch (SpecException broken) {
            throw broken;
        } catch (RuntimeException error) {
            expected.set("error", ErrorReport.of("build", error));
            return expected;
        }
        TopologyTestDriver driver;
        try {
            driver = new TopologyTestDriver(
                topology, properties, Instant.ofEpochMilli(spec.path("start_wall_ms").longValue()));
        } catch (RuntimeException error) {
            expected.set("error", ErrorReport.of("start", error));
            return expected;
        }
        ObjectNode internalTopics = InternalTopics.of(topology, new StreamsConfig(properties));
        expected.set("internal_topics", internalTopics);
        steps(spec, expected, driver, new Run(driver, sources));
        return expected;
    }

    private static void steps(ObjectNode spec, ObjectNode expected, TopologyTestDriver driver, Run run) {
        boolean failed = false;
        try {
            ArrayNode steps = expected.putArray("steps");
            JsonNode inputs = new Op(spec).get("inputs");
            for (int number = 0; number < inputs.size() && !failed; number++) {
                try {
                    run.feed(inputs.get(number));
                } catch (SpecException broken) {
                    throw broken;
                } catch (RuntimeException error) {
                    failed = true;
                    expected.set("error", ErrorReport.of("step " + number, error));
                }
                steps.add(run.take());
            }
            if (!failed) {
                expected.set("stores", run.stores(CHANGELOG_PREFIX));
                List<String> unordered = run.unordered(CHANGELOG_PREFIX);
                if (!unordered.isEmpty()) {
                    unordered.forEach(expected.putArray("unordered")::add);
                }
            }
        } finally {
            close(driver, expected, failed);
        }
    }

    private static void close(TopologyTestDriver driver, ObjectNode expected, boolean failed) {
        try {
            driver.close();
        } catch (RuntimeException error) {
            // What follows from an earlier failure is no finding.
            if (!failed) {
                expected.set("error", ErrorReport.of("close", error));
            }
        }
    }

    private Properties properties(JsonNode config) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:0");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        for (Map.Entry<String, JsonNode> entry : config.properties()) {
            properties.put(entry.getKey(), entry.getValue().textValue());
        }
        return properties;
    }
}
