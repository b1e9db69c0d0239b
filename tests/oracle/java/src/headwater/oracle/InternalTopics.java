package headwater.oracle;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.internals.InternalTopicConfig;
import org.apache.kafka.streams.processor.internals.InternalTopologyBuilder;
import org.apache.kafka.streams.processor.internals.InternalTopologyBuilder.TopicsInfo;

/** The internal topics of a topology, as Streams would create them. */
final class InternalTopics {
    private InternalTopics() {
    }

    /** Call it once a driver has given the topology its application id. */
    static ObjectNode of(Topology topology, StreamsConfig config) {
        InternalTopologyBuilder builder =
            Reflection.field(topology, "internalTopologyBuilder", InternalTopologyBuilder.class);
        Settings settings = Settings.of(config);
        Map<String, ObjectNode> topics = new TreeMap<>();
        for (TopicsInfo info : builder.subtopologyToTopicsInfo().values()) {
            info.repartitionSourceTopics.forEach((name, topic) ->
                topics.put(name, describe("repartition", topic, settings)));
            info.stateChangelogTopics.forEach((name, topic) -> topics.put(name,
                describe(info.sourceTopics.contains(name) ? "source_changelog" : "changelog", topic, settings)));
        }
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        topics.forEach(all::set);
        return all;
    }

    private static ObjectNode describe(String type, InternalTopicConfig topic, Settings settings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", type);
        if (topic.hasEnforcedNumberOfPartitions()) {
            topic.numberOfPartitions().ifPresent(count -> json.put("partitions", count));
        }
        ObjectNode entries = json.putObject("config");
        new TreeMap<>(topic.properties(settings.defaults, settings.additionalRetentionMs)).forEach(entries::put);
        return json;
    }

    /** What the configuration says about all internal topics. */
    private record Settings(Map<String, String> defaults, long additionalRetentionMs) {
        static Settings of(StreamsConfig config) {
            Map<String, String> defaults = new HashMap<>();
            config.originalsWithPrefix(StreamsConfig.TOPIC_PREFIX, true)
                .forEach((key, value) -> defaults.put(key, value.toString()));
            return new Settings(defaults,
                config.getLong(StreamsConfig.WINDOW_STORE_CHANGE_LOG_ADDITIONAL_RETENTION_MS_CONFIG));
        }
    }
}
