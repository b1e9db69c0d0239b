package headwater.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A random topology: sources, operations on what is there already, and an output topic for every loose end.
 *
 * <p>Streams and tables have keys that are strings or windowed, and values that are strings or longs.
 */
final class RandomTopology {
    private static final int OPERATIONS_MAX = 14;

    private final Chance chance;
    private final RandomFunctions functions;
    private final ArrayNode operations = JsonNodeFactory.instance.arrayNode();
    private final Map<String, Type> topics = new LinkedHashMap<>();
    private final List<Result> streams = new ArrayList<>();
    private final List<Result> tables = new ArrayList<>();
    private final List<Result> globals = new ArrayList<>();
    private int ids;
    private int outputs;

    RandomTopology(Chance chance) {
        this.chance = chance;
        this.functions = new RandomFunctions(chance);
    }

    /** A stream or table that later operations may use. */
    private static final class Result {
        final String id;
        final Type key;
        final Type value;
        final boolean versioned;
        /** Whether suppressing until the window closes is allowed. */
        final boolean closes;
        boolean used;

        Result(String id, Type key, Type value, boolean versioned, boolean closes) {
            this.id = id;
            this.key = key;
            this.value = value;
            this.versioned = versioned;
            this.closes = closes;
        }

        boolean windowed() {
            return key.inner() != null;
        }
    }

    /** The types of values by input topic. */
    Map<String, Type> topics() {
        return topics;
    }

    ArrayNode grow() {
        for (int count = chance.between(1, 3); count > 0; count--) {
            source();
        }
        for (int count = chance.between(1, OPERATIONS_MAX); count > 0 && ids < 2 * OPERATIONS_MAX; count--) {
            operate();
        }
        new ArrayList<>(tables).stream().filter(table -> !table.used).forEach(table -> toStream(table, false));
        streams.stream().filter(stream -> !stream.used).forEach(this::to);
        if (outputs == 0) {
            // Only a global table, which has no outputs.
            Result stream = sourceOf("stream", Type.STRING);
            streams.add(stream);
            to(stream);
        }
        return operations;
    }

    private void source() {
        Type value = chance.percent(30) ? Type.LONG : Type.STRING;
        String kind = chance.of("stream", "stream", "stream", "table", "table", "table", "global_table");
        List<Result> results = kind.equals("stream") ? streams : kind.equals("table") ? tables : globals;
        results.add(sourceOf(kind, value));
    }

    private Result sourceOf(String kind, Type value) {
        String topic = "t" + topics.size();
        topics.put(topic, value);
        ObjectNode op = start(kind);
        maybeName(op);
        op.put("topic", topic).put("key", "string").put("value", value.name());
        boolean versioned = kind.equals("table") && chance.percent(20);
        if (versioned) {
            op.putObject("materialized").put("store", "ver-" + id(op)).put("versioned_ms", chance.between(20, 400));
        } else if (kind.equals("table") && chance.percent(40)) {
            materialize(op);
        }
        operations.add(op);
        return new Result(id(op), Type.STRING, value, versioned, false);
    }

    /** Adds an operation, or none where what was chosen finds no operand. */
    private void operate() {
        if (chance.percent(8)) {
            source();
        } else if (!tables.isEmpty() && (streams.isEmpty() || chance.percent(45))) {
            onTable(chance.of(tables));
        } else if (!streams.isEmpty()) {
            onStream(chance.of(streams));
        }
    }

    private void onStream(Result from) {
        if (from.windowed()) {
            rekey(from);
            return;
        }
        switch (chance.between(0, 15)) {
            case 0 -> filter(from, streams, false);
            case 1 -> mapValues(from, streams, false);
            case 2 -> rekey(from);
            case 3 -> map(from);
            case 4 -> flatMap(from);
            case 5 -> merge(from);
            case 6 -> split(from);
            case 7 -> repartition(from);
            case 8 -> toTable(from);
            case 9 -> process(from);
            case 10 -> joinStream(from);
            case 11 -> joinTable(from);
            case 12 -> joinGlobal(from);
            case 13 -> cogroup(from);
            default -> aggregate(groupStream(from), from.value);
        }
    }

    private void onTable(Result from) {
        switch (chance.between(0, 8)) {
            case 0 -> filter(from, tables, true);
            case 1 -> mapValues(from, tables, true);
            case 2 -> toStream(from, chance.percent(30) || from.windowed());
            case 3 -> suppress(from);
            case 4, 5 -> joinTables(from);
            case 6 -> joinForeignKey(from);
            default -> aggregateTable(from);
        }
    }

    private void filter(Result from, List<Result> results, boolean table) {
        ObjectNode op = start(chance.of("filter", "filter_not"), from);
        op.set("predicate", functions.predicate(from.value));
        finish(op, table);
        results.add(new Result(id(op), from.key, from.value, false, false));
    }

    private void mapValues(Result from, List<Result> results, boolean table) {
        ObjectNode op = start("map_values", from);
        ObjectNode value = functions.value(from.value);
        op.set("value", value);
        finish(op, table);
        Type type = ValueFunctions.type(Function.of(value), from.value);
        results.add(new Result(id(op), from.key, type, false, false));
    }

    private void rekey(Result from) {
        ObjectNode op = start("select_key", from);
        ObjectNode key = functions.key(from.key, from.value);
        op.set("key", key);
        finish(op, false);
        streams.add(new Result(id(op), KeyFunctions.type(Function.of(key), from.key), from.value, false, false));
    }

    private void map(Result from) {
        ObjectNode op = start("map", from);
        op.set("key", functions.key(from.key, from.value));
        ObjectNode value = functions.value(from.value);
        op.set("value", value);
        finish(op, false);
        Type type = ValueFunctions.type(Function.of(value), from.value);
        streams.add(new Result(id(op), Type.STRING, type, false, false));
    }

    private void flatMap(Result from) {
        boolean keys = chance.percent(25);
        ObjectNode op = start(keys ? "flat_map" : "flat_map_values", from);
        op.set("flat", functions.flat(from.value));
        if (keys) {
            op.set("key", functions.key(from.key, from.value));
        }
        finish(op, false);
        streams.add(new Result(id(op), Type.STRING, from.value, false, false));
    }

    private void merge(Result from) {
        partner(streams, from).filter(with -> with.value == from.value).ifPresent(with -> {
            ObjectNode op = start("merge", from, with);
            finish(op, false);
            streams.add(new Result(id(op), Type.STRING, from.value, false, false));
        });
    }

    private void split(Result from) {
        from.used = true;
        ObjectNode op = JsonNodeFactory.instance.objectNode().put("op", "split").put("from", from.id);
        ArrayNode branches = op.putArray("branches");
        for (int count = chance.between(1, 2); count > 0; count--) {
            ObjectNode branch = branches.addObject().put("id", nextId());
            branch.set("predicate", functions.predicate(from.value));
            streams.add(new Result(id(branch), from.key, from.value, false, false));
        }
        if (chance.percent(80)) {
            ObjectNode rest = op.putObject("default").put("id", nextId());
            streams.add(new Result(id(rest), from.key, from.value, false, false));
        }
        operations.add(op);
    }

    private void repartition(Result from) {
        ObjectNode op = start("repartition", from);
        if (chance.percent(20)) {
            op.put("partitions", chance.between(1, 4));
        }
        finish(op, false);
        streams.add(new Result(id(op), from.key, from.value, false, false));
    }

    private void toTable(Result from) {
        ObjectNode op = start("to_table", from);
        finish(op, true);
        tables.add(new Result(id(op), from.key, from.value, false, false));
    }

    private void process(Result from) {
        boolean values = chance.percent(50);
        ObjectNode op = start(values ? "process_values" : "process", from);
        String fn = values
            ? chance.of("running_count", "dedupe", "with_metadata", "stream_time", "add_header", "shift_ts")
            : chance.of("running_count", "dedupe", "count_on_punctuate", "with_metadata", "stream_time");
        ObjectNode processor = op.putObject("processor").put("fn", fn);
        Type value = switch (fn) {
            case "running_count", "count_on_punctuate" -> Type.LONG;
            case "with_metadata", "stream_time" -> Type.STRING;
            default -> from.value;
        };
        switch (fn) {
            case "running_count" -> processor.put("store", "ps-" + id(op));
            case "dedupe" -> processor.put("store", "ps-" + id(op)).put("within_ms", chance.between(5, 60));
            case "count_on_punctuate" -> processor.put("store", "ps-" + id(op))
                .put("interval_ms", chance.between(10, 60)).put("clock", chance.of("stream", "wall"));
            case "add_header" -> processor.put("key", "h2").put("value", "v");
            case "shift_ts" -> processor.put("by_ms", chance.between(1, 30));
            default -> { }
        }
        finish(op, false);
        streams.add(new Result(id(op), from.key, value, false, false));
    }

    private void joinStream(Result from) {
        partner(streams, from).ifPresent(with -> {
            ObjectNode op = start("join_stream", from, with).put("type", chance.of("inner", "left", "outer"));
            op.put("before_ms", chance.between(0, 25)).put("after_ms", chance.between(0, 25));
            if (chance.percent(85)) {
                op.put("grace_ms", chance.between(0, 40));
            }
            joined(op, from, with, streams);
        });
    }

    private void joinTable(Result from) {
        partner(tables, from).ifPresent(with -> {
            ObjectNode op = start("join_table", from, with).put("type", chance.of("inner", "left"));
            if (with.versioned && chance.percent(50)) {
                op.put("grace_ms", chance.between(0, 20));
            }
            joined(op, from, with, streams);
        });
    }

    private void joinGlobal(Result from) {
        if (globals.isEmpty()) {
            return;
        }
        Result with = chance.of(globals);
        ObjectNode op = start("join_global", from, with).put("type", chance.of("inner", "left"));
        op.set("key", functions.key(from.key, from.value));
        joined(op, from, with, streams);
    }

    private void joinTables(Result from) {
        partner(tables, from).ifPresent(with -> {
            ObjectNode op = start("join_tables", from, with).put("type", chance.of("inner", "left", "outer"));
            joined(op, from, with, tables);
        });
    }

    private void joinForeignKey(Result from) {
        if (from.windowed()) {
            return;
        }
        partner(tables, from).ifPresent(with -> {
            ObjectNode op = start("join_fk", from, with).put("type", chance.of("inner", "left"));
            op.set("extractor", functions.foreignKey());
            joined(op, from, with, tables);
        });
    }

    private void joined(ObjectNode op, Result from, Result with, List<Result> results) {
        ObjectNode joiner = functions.joiner(from.value, with.value);
        op.set("joiner", joiner);
        finish(op, results == tables);
        Type value = Joiners.type(Function.of(joiner), from.value, with.value);
        results.add(new Result(id(op), from.key, value, false, false));
    }

    /** The id of the grouping. */
    private String groupStream(Result from) {
        boolean rekeyed = chance.percent(50);
        ObjectNode op = start(rekeyed ? "group_by" : "group_by_key", from);
        if (rekeyed) {
            op.set("key", functions.key(from.key, from.value));
        }
        finish(op, false);
        return id(op);
    }

    private void cogroup(Result from) {
        List<String> grouped = new ArrayList<>(List.of(groupStream(from)));
        ArrayNode aggregators = JsonNodeFactory.instance.arrayNode();
        aggregators.add(functions.aggregator(from.value));
        partner(streams, from).filter(with -> chance.percent(60)).ifPresent(with -> {
            grouped.add(groupStream(with));
            aggregators.add(functions.aggregator(with.value));
        });
        ObjectNode op = start("cogroup");
        grouped.forEach(op.putArray("from")::add);
        op.set("aggregators", aggregators);
        operations.add(op);
        Window window = chance.percent(50) ? window(id(op), false) : new Window(id(op), Type.STRING, false);
        ObjectNode aggregate = start("aggregate").put("from", window.id);
        finish(aggregate, true);
        tables.add(new Result(id(aggregate), window.key, Type.STRING, false, window.closes));
    }

    /** A grouping with its windows, if any, and the type of its result's key. */
    private record Window(String id, Type key, boolean closes) {
    }

    private Window window(String grouped, boolean emits) {
        ObjectNode op = start("windowed_by").put("from", grouped);
        ObjectNode window = op.putObject("window");
        String type = chance.of("tumbling", "hopping", "sliding", "session");
        window.put("type", type);
        Type key = switch (type) {
            case "session" -> Type.sessionWindowed(Type.STRING);
            default -> Type.timeWindowed(Type.STRING, 1);
        };
        switch (type) {
            case "session" -> window.put("gap_ms", chance.between(5, 30));
            case "sliding" -> window.put("diff_ms", chance.between(5, 30));
            default -> window.put("size_ms", chance.between(10, 40));
        }
        if (type.equals("hopping")) {
            window.put("advance_ms", chance.between(5, window.get("size_ms").intValue()));
        }
        if (chance.percent(70)) {
            window.put("grace_ms", chance.between(0, 40));
        }
        if (emits && chance.percent(30)) {
            op.put("emit", chance.of("on_window_close", "on_window_close", "on_window_update"));
        }
        operations.add(op);
        return new Window(id(op), key, !"on_window_close".equals(op.path("emit").textValue()));
    }

    private void aggregate(String grouped, Type value) {
        Window window = chance.percent(45) ? window(grouped, true) : new Window(grouped, Type.STRING, false);
        String kind = chance.of("count", "reduce", "aggregate");
        ObjectNode op = start(kind).put("from", window.id);
        Type result = Type.LONG;
        if (kind.equals("reduce")) {
            op.set("reducer", functions.reducer(value));
            result = value;
        } else if (kind.equals("aggregate")) {
            ObjectNode aggregator = functions.aggregator(value);
            op.set("aggregator", aggregator);
            result = Aggregators.type(Function.of(aggregator));
        }
        finish(op, true);
        tables.add(new Result(id(op), window.key, result, false, window.closes));
    }

    private void aggregateTable(Result from) {
        ObjectNode group = start("group_by", from);
        group.set("key", functions.key(from.key, from.value));
        ObjectNode function = functions.value(from.value);
        group.set("value", function);
        finish(group, false);
        Type value = ValueFunctions.type(Function.of(function), from.value);
        String kind = chance.of("count", "reduce", "aggregate");
        ObjectNode op = start(kind).put("from", id(group));
        if (!kind.equals("count")) {
            op.set("adder", functions.fold(value));
            op.set("subtractor", functions.fold(value));
        }
        finish(op, true);
        tables.add(new Result(id(op), Type.STRING, kind.equals("count") ? Type.LONG : value, false, false));
    }

    private void suppress(Result from) {
        if (from.versioned) {
            return;
        }
        ObjectNode op = start("suppress", from);
        boolean close = from.closes && chance.percent(70);
        op.put("until", close ? "window_close" : "time_limit");
        if (!close) {
            op.put("ms", chance.between(0, 60));
        }
        ObjectNode buffer = op.putObject("buffer");
        if (close || chance.percent(50)) {
            buffer.put("unbounded", true);
        } else {
            buffer.put("max_records", chance.between(1, 4));
        }
        if (chance.percent(10)) {
            buffer.put("logging", false);
        }
        finish(op, false);
        tables.add(new Result(id(op), from.key, from.value, false, false));
    }

    private void toStream(Result from, boolean rekeyed) {
        ObjectNode op = start("to_stream", from);
        Type key = from.key;
        if (rekeyed) {
            ObjectNode function = functions.key(from.key, from.value);
            op.set("key", function);
            key = KeyFunctions.type(Function.of(function), from.key);
        }
        finish(op, false);
        streams.add(new Result(id(op), key, from.value, false, false));
    }

    private void to(Result from) {
        from.used = true;
        ObjectNode op = JsonNodeFactory.instance.objectNode().put("op", "to").put("from", from.id);
        if (chance.percent(15)) {
            op.put("name", "name-" + nextId());
        }
        operations.add(op.put("topic", "out" + outputs++));
    }

    /** One with the same kind of key, perhaps the same one. */
    private Optional<Result> partner(List<Result> results, Result from) {
        List<Result> fitting = results.stream().filter(other -> !other.windowed() && !from.windowed()).toList();
        return fitting.isEmpty() ? Optional.empty() : Optional.of(chance.of(fitting));
    }

    private ObjectNode start(String kind) {
        return JsonNodeFactory.instance.objectNode().put("id", nextId()).put("op", kind);
    }

    private ObjectNode start(String kind, Result from) {
        from.used = true;
        return start(kind).put("from", from.id);
    }

    private ObjectNode start(String kind, Result from, Result with) {
        with.used = true;
        return start(kind, from).put("with", with.id);
    }

    private void finish(ObjectNode op, boolean stored) {
        maybeName(op);
        if (stored && chance.percent(45)) {
            materialize(op);
        }
        operations.add(op);
    }

    private void maybeName(ObjectNode op) {
        if (chance.percent(15)) {
            op.put("name", "name-" + id(op));
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
        }
    }

    private String nextId() {
        return "n" + ids++;
    }

    private static String id(ObjectNode op) {
        return op.get("id").textValue();
    }
}
