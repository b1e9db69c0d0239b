package headwater.oracle;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Random operations on a stream, with the aggregations that end it. */
final class RandomStreamOperations {
    private final RandomGraph graph;
    private final Chance chance;

    RandomStreamOperations(RandomGraph graph) {
        this.graph = graph;
        chance = graph.chance;
    }

    void apply(RandomResult from) {
        if (from.windowed()) {
            rekey(from);
            return;
        }
        String operation = graph.focus.onStream(chance);
        switch (operation) {
            case "filter" -> graph.filter(from, graph.streams, false);
            case "map_values" -> graph.mapValues(from, graph.streams, false);
            case "rekey" -> rekey(from);
            case "look" -> look(from);
            case "map" -> map(from);
            case "flat_map" -> flatMap(from);
            case "merge" -> merge(from);
            case "split" -> split(from);
            case "repartition" -> repartition(from);
            case "to_table" -> toTable(from);
            case "process" -> process(from);
            case "join_stream" -> joinStream(from);
            case "join_table" -> joinTable(from);
            case "join_global" -> joinGlobal(from);
            case "cogroup" -> cogroup(from);
            case "aggregate" -> aggregate(groupStream(from), from.value);
            default -> throw new IllegalStateException("no operation on streams: " + operation);
        }
    }

    /** Without an effect, but with a node and a number. */
    private void look(RandomResult from) {
        if (chance.percent(30)) {
            ObjectNode op = JsonNodeFactory.instance.objectNode().put("op", "foreach").put("from", from.id);
            graph.finish(op, false);
            return;
        }
        ObjectNode op = graph.start("peek", from);
        graph.finish(op, false);
        graph.streams.add(new RandomResult(RandomGraph.id(op), from.key, from.value));
    }

    private void rekey(RandomResult from) {
        ObjectNode op = graph.start("select_key", from);
        ObjectNode key = graph.functions.key(from.key, from.value);
        op.set("key", key);
        graph.finish(op, false);
        Type type = KeyFunctions.type(Function.of(key), from.key);
        graph.streams.add(new RandomResult(RandomGraph.id(op), type, from.value));
    }

    private void map(RandomResult from) {
        ObjectNode op = graph.start("map", from);
        op.set("key", graph.functions.key(from.key, from.value));
        ObjectNode value = graph.functions.value(from.value);
        op.set("value", value);
        graph.finish(op, false);
        Type type = ValueFunctions.type(Function.of(value), from.value);
        graph.streams.add(new RandomResult(RandomGraph.id(op), Type.STRING, type));
    }

    private void flatMap(RandomResult from) {
        boolean keys = chance.percent(25);
        ObjectNode op = graph.start(keys ? "flat_map" : "flat_map_values", from);
        op.set("flat", graph.functions.flat(from.value));
        if (keys) {
            op.set("key", graph.functions.key(from.key, from.value));
        }
        graph.finish(op, false);
        graph.streams.add(new RandomResult(RandomGraph.id(op), Type.STRING, from.value));
    }

    private void merge(RandomResult from) {
        graph.partner(graph.streams, from).filter(with -> with.value == from.value).ifPresent(with -> {
            ObjectNode op = graph.start("merge", from, with);
            graph.finish(op, false);
            graph.streams.add(new RandomResult(RandomGraph.id(op), Type.STRING, from.value));
        });
    }

    private void split(RandomResult from) {
        from.used = true;
        ObjectNode op = JsonNodeFactory.instance.objectNode().put("op", "split").put("from", from.id);
        ArrayNode branches = op.putArray("branches");
        for (int count = chance.between(1, 2); count > 0; count--) {
            ObjectNode branch = branches.addObject().put("id", graph.nextId());
            branch.set("predicate", graph.functions.predicate(from.value));
            graph.streams.add(new RandomResult(RandomGraph.id(branch), from.key, from.value));
        }
        if (chance.percent(80)) {
            ObjectNode rest = op.putObject("default").put("id", graph.nextId());
            graph.streams.add(new RandomResult(RandomGraph.id(rest), from.key, from.value));
        }
        graph.operations.add(op);
    }

    private void repartition(RandomResult from) {
        ObjectNode op = graph.start("repartition", from);
        if (chance.percent(20)) {
            op.put("partitions", chance.between(1, 4));
        }
        graph.finish(op, false);
        graph.streams.add(new RandomResult(RandomGraph.id(op), from.key, from.value));
    }

    private void toTable(RandomResult from) {
        ObjectNode op = graph.start("to_table", from);
        graph.finish(op, true);
        graph.tables.add(graph.versionedOr(op, false, from.key, from.value));
    }

    private void process(RandomResult from) {
        boolean values = chance.percent(50);
        ObjectNode op = graph.start(values ? "process_values" : "process", from);
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
            case "running_count" -> processor.put("store", graph.processorStore(op));
            case "dedupe" -> processor.put("store", graph.processorStore(op)).put("within_ms", chance.between(5, 60));
            case "count_on_punctuate" -> processor.put("store", graph.processorStore(op))
                .put("interval_ms", chance.between(10, 60)).put("clock", chance.of("stream", "wall"));
            case "add_header" -> processor.put("key", "h2").put("value", "v");
            case "shift_ts" -> processor.put("by_ms", chance.between(1, 30));
            default -> { }
        }
        graph.finish(op, false);
        graph.streams.add(new RandomResult(RandomGraph.id(op), from.key, value));
    }

    private void joinStream(RandomResult from) {
        graph.partner(graph.streams, from).ifPresent(with -> {
            ObjectNode op = graph.start("join_stream", from, with).put("type", chance.of("inner", "left", "outer"));
            int before = chance.between(chance.percent(10) ? -10 : 0, 25);
            // The content of a store in memory cannot be listed where windows have no size.
            int earliest = Math.max(1 - before, chance.percent(10) ? -10 : 0);
            op.put("before_ms", before).put("after_ms", chance.between(earliest, 25));
            if (chance.percent(85)) {
                op.put("grace_ms", chance.between(0, 40));
            }
            if (chance.percent(15)) {
                op.put("store", "js-" + RandomGraph.id(op));
            }
            if (chance.percent(20)) {
                op.put("in_memory", true);
            }
            graph.joined(op, from, with, graph.streams);
        });
    }

    private void joinTable(RandomResult from) {
        graph.partner(graph.tables, from).ifPresent(with -> {
            ObjectNode op = graph.start("join_table", from, with).put("type", chance.of("inner", "left"));
            if (with.versioned && chance.percent(50)) {
                op.put("grace_ms", chance.between(0, 20));
            }
            graph.joined(op, from, with, graph.streams);
        });
    }

    private void joinGlobal(RandomResult from) {
        if (graph.globals.isEmpty()) {
            return;
        }
        RandomResult with = chance.of(graph.globals);
        ObjectNode op = graph.start("join_global", from, with).put("type", chance.of("inner", "left"));
        op.set("key", graph.functions.key(from.key, from.value));
        graph.joined(op, from, with, graph.streams);
    }

    /** The id of the grouping. */
    private String groupStream(RandomResult from) {
        boolean rekeyed = chance.percent(50);
        ObjectNode op = graph.start(rekeyed ? "group_by" : "group_by_key", from);
        if (rekeyed) {
            op.set("key", graph.functions.key(from.key, from.value));
        }
        graph.finish(op, false);
        return RandomGraph.id(op);
    }

    private void cogroup(RandomResult from) {
        List<String> grouped = new ArrayList<>(List.of(groupStream(from)));
        ArrayNode aggregators = JsonNodeFactory.instance.arrayNode();
        aggregators.add(graph.functions.stringAggregator());
        graph.partner(graph.streams, from).filter(with -> chance.percent(60)).ifPresent(with -> {
            grouped.add(groupStream(with));
            aggregators.add(graph.functions.stringAggregator());
        });
        ObjectNode op = graph.start("cogroup");
        grouped.forEach(op.putArray("from")::add);
        op.set("aggregators", aggregators);
        graph.operations.add(op);
        String id = RandomGraph.id(op);
        Window window = chance.percent(50) ? window(id, false) : new Window(id, Type.STRING, false);
        ObjectNode aggregate = graph.start("aggregate").put("from", window.id);
        graph.finishWindowed(aggregate, window.key != Type.STRING);
        graph.tables.add(new RandomResult(RandomGraph.id(aggregate), window.key, Type.STRING, false, window.closes));
    }

    /** A grouping with its windows, if any, and the type of its result's key. */
    private record Window(String id, Type key, boolean closes) {
    }

    private Window window(String grouped, boolean emits) {
        ObjectNode op = graph.start("windowed_by").put("from", grouped);
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
        graph.operations.add(op);
        return new Window(RandomGraph.id(op), key, !"on_window_close".equals(op.path("emit").textValue()));
    }

    private void aggregate(String grouped, Type value) {
        Window window = chance.percent(graph.focus == Focus.WINDOWS ? 85 : 45) ? window(grouped, true) : new Window(grouped, Type.STRING, false);
        String kind = chance.of("count", "reduce", "aggregate");
        ObjectNode op = graph.start(kind).put("from", window.id);
        Type result = Type.LONG;
        if (kind.equals("reduce")) {
            op.set("reducer", graph.functions.reducer(value));
            result = value;
        } else if (kind.equals("aggregate")) {
            ObjectNode aggregator = graph.functions.aggregator(value);
            op.set("aggregator", aggregator);
            result = Aggregators.type(Function.of(aggregator));
        }
        graph.finishAggregation(op, kind.equals("count") ? Type.STRING : result, window.key != Type.STRING);
        graph.tables.add(new RandomResult(RandomGraph.id(op), window.key, result, RandomGraph.isVersioned(op), window.closes));
    }
}
