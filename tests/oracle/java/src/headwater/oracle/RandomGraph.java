package headwater.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A growing topology: what it has so far, and the operations that streams and tables share. */
final class RandomGraph {
    final Chance chance;
    final Focus focus;
    final RandomFunctions functions;
    final ArrayNode operations = JsonNodeFactory.instance.arrayNode();
    final List<RandomResult> streams = new ArrayList<>();
    final List<RandomResult> tables = new ArrayList<>();
    final List<RandomResult> globals = new ArrayList<>();
    /** The types of values by input topic. */
    final Map<String, Type> topics = new LinkedHashMap<>();
    private int ids;
    private String lastProcessorStore;

    RandomGraph(Chance chance) {
        this.chance = chance;
        // Half of the cases have something of everything.
        this.focus = chance.percent(50) ? Focus.ANYTHING : chance.of(Focus.values());
        this.functions = new RandomFunctions(chance);
    }

    void source() {
        Type value = chance.percent(30) ? Type.LONG : Type.STRING;
        String kind = chance.of("stream", "stream", "stream", "table", "table", "table", "global_table");
        List<RandomResult> results = kind.equals("stream") ? streams : kind.equals("table") ? tables : globals;
        results.add(sourceOf(kind, value));
    }

    RandomResult sourceOf(String kind, Type value) {
        ObjectNode op = start(kind);
        maybeName(op);
        if (kind.equals("stream") && chance.percent(8)) {
            op.putArray("topic").add(topic(value)).add(topic(value));
        } else {
            op.put("topic", topic(value));
        }
        op.put("key", "string").put("value", value.name());
        if (chance.percent(value == Type.LONG ? 20 : 0)) {
            op.put("extractor", chance.of("value", "value_or_previous"));
        }
        boolean versioned = kind.equals("table") && chance.percent(20);
        if (versioned) {
            op.putObject("materialized").put("store", "ver-" + id(op)).put("versioned_ms", chance.between(20, 400));
        } else if (kind.equals("table") && chance.percent(40)) {
            materialize(op);
        }
        operations.add(op);
        return new RandomResult(id(op), Type.STRING, value, versioned, false);
    }

    private String topic(Type value) {
        String topic = "t" + topics.size();
        topics.put(topic, value);
        return topic;
    }

    void filter(RandomResult from, List<RandomResult> results, boolean table) {
        ObjectNode op = start(chance.of("filter", "filter_not"), from);
        op.set("predicate", functions.predicate(from.value));
        finish(op, table);
        results.add(versionedOr(op, from.versioned, from.key, from.value));
    }

    void mapValues(RandomResult from, List<RandomResult> results, boolean table) {
        ObjectNode op = start("map_values", from);
        ObjectNode value = functions.value(from.value);
        op.set("value", value);
        finish(op, table);
        Type type = ValueFunctions.type(Function.of(value), from.value);
        results.add(versionedOr(op, from.versioned, from.key, type));
    }

    void joined(ObjectNode op, RandomResult from, RandomResult with, List<RandomResult> results) {
        ObjectNode joiner = functions.joiner(from.value, with.value);
        op.set("joiner", joiner);
        finish(op, results == tables);
        Type value = Joiners.type(Function.of(joiner), from.value, with.value);
        results.add(versionedOr(op, false, from.key, value));
    }

    /** One with the same kind of key, perhaps the same one. */
    Optional<RandomResult> partner(List<RandomResult> results, RandomResult from) {
        List<RandomResult> fitting = results.stream().filter(other -> !other.windowed() && !from.windowed()).toList();
        return fitting.isEmpty() ? Optional.empty() : Optional.of(chance.of(fitting));
    }

    ObjectNode start(String kind) {
        return JsonNodeFactory.instance.objectNode().put("id", nextId()).put("op", kind);
    }

    ObjectNode start(String kind, RandomResult from) {
        from.used = true;
        return start(kind).put("from", from.id);
    }

    ObjectNode start(String kind, RandomResult from, RandomResult with) {
        with.used = true;
        return start(kind, from).put("with", with.id);
    }

    void finish(ObjectNode op, boolean stored) {
        maybeName(op);
        if (stored && chance.percent(45)) {
            materialize(op);
            maybeVersioned(op);
        }
        operations.add(op);
    }

    /** @param windowed whether the store is one of windows or sessions */
    void finishWindowed(ObjectNode op, boolean windowed) {
        if (!windowed) {
            finish(op, true);
            return;
        }
        maybeName(op);
        if (chance.percent(45)) {
            materialize(op);
            if (chance.percent(20)) {
                withObject(op).put("retention_ms", chance.of(100, 200, 1000, 130_000));
            }
        }
        operations.add(op);
    }

    /** What a table is: with versions if its own store keeps them or, where it has no say, if it inherits them. */
    RandomResult versionedOr(ObjectNode op, boolean inherited, Type key, Type value) {
        boolean versioned = op.has("materialized") ? isVersioned(op) : inherited;
        return new RandomResult(id(op), key, value, versioned, false);
    }

    static boolean isVersioned(ObjectNode op) {
        return op.path("materialized").has("versioned_ms");
    }

    private static ObjectNode withObject(ObjectNode op) {
        return (ObjectNode) op.get("materialized");
    }

    /**
     * Adds an aggregation. Without a Materialized, Kafka Streams may take strings for granted, and a long value would
     * stop the case; a count knows its type.
     */
    void finishAggregation(ObjectNode op, Type value, boolean windowed) {
        finishWindowed(op, windowed);
        if (value == Type.LONG && !op.has("materialized")) {
            materialize(op);
        }
    }

    private void maybeVersioned(ObjectNode op) {
        ObjectNode materialized = withObject(op);
        if (materialized.has("store") && chance.percent(10)) {
            materialized.remove(java.util.List.of("in_memory", "caching"));
            materialized.put("versioned_ms", chance.between(20, 400));
        }
    }

    private void maybeName(ObjectNode op) {
        if (chance.percent(15)) {
            op.put("name", "name-" + (op.has("id") ? id(op) : nextId()));
        }
    }

    private void materialize(ObjectNode op) {
        ObjectNode materialized = op.putObject("materialized");
        if (chance.percent(60)) {
            materialized.put("store", "store-" + id(op));
        }
        if (chance.percent(20)) {
            materialized.put("in_memory", true);
        }
        if (chance.percent(25)) {
            materialized.put("caching", chance.percent(50));
        }
        if (chance.percent(10) && materialized.has("store")) {
            materialized.put("logging", false);
        } else if (chance.percent(5)) {
            materialized.putObject("logging_config").put("min.insync.replicas", "2");
        }
    }

    /** The store of a processor, which it may share with one before it. */
    String processorStore(ObjectNode op) {
        String shared = lastProcessorStore;
        lastProcessorStore = "ps-" + id(op);
        return shared != null && chance.percent(20) ? shared : lastProcessorStore;
    }

    String nextId() {
        return "n" + ids++;
    }

    static String id(ObjectNode op) {
        return op.get("id").textValue();
    }
}
