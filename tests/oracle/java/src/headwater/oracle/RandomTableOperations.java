package headwater.oracle;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Random operations on a table. */
final class RandomTableOperations {
    private final RandomGraph graph;
    private final Chance chance;

    RandomTableOperations(RandomGraph graph) {
        this.graph = graph;
        chance = graph.chance;
    }

    void apply(RandomResult from) {
        String operation = graph.focus.onTable(chance);
        switch (operation) {
            case "filter" -> graph.filter(from, graph.tables, true);
            case "map_values" -> graph.mapValues(from, graph.tables, true);
            case "to_stream" -> toStream(from, chance.percent(30) || from.windowed());
            case "suppress" -> suppress(from);
            case "join" -> joinTables(from);
            case "join_fk" -> joinForeignKey(from);
            case "aggregate" -> aggregateTable(from);
            default -> throw new IllegalStateException("no operation on tables: " + operation);
        }
    }

    private void joinTables(RandomResult from) {
        graph.partner(graph.tables, from).ifPresent(with -> {
            ObjectNode op = graph.start("join_tables", from, with).put("type", chance.of("inner", "left", "outer"));
            graph.joined(op, from, with, graph.tables);
        });
    }

    private void joinForeignKey(RandomResult from) {
        if (from.windowed()) {
            return;
        }
        graph.partner(graph.tables, from).ifPresent(with -> {
            ObjectNode op = graph.start("join_fk", from, with).put("type", chance.of("inner", "left"));
            op.set("extractor", graph.functions.foreignKey());
            graph.joined(op, from, with, graph.tables);
        });
    }

    private void aggregateTable(RandomResult from) {
        ObjectNode group = graph.start("group_by", from);
        group.set("key", graph.functions.key(from.key, from.value));
        ObjectNode function = graph.functions.value(from.value);
        group.set("value", function);
        graph.finish(group, false);
        Type value = ValueFunctions.type(Function.of(function), from.value);
        String kind = chance.of("count", "reduce", "aggregate");
        ObjectNode op = graph.start(kind).put("from", RandomGraph.id(group));
        if (!kind.equals("count")) {
            op.set("adder", graph.functions.fold(value));
            op.set("subtractor", graph.functions.fold(value));
        }
        graph.finishAggregation(op, kind.equals("count") ? Type.STRING : value, false);
        graph.tables.add(graph.versionedOr(op, false, Type.STRING, kind.equals("count") ? Type.LONG : value));
    }

    private void suppress(RandomResult from) {
        if (from.versioned) {
            return;
        }
        ObjectNode op = graph.start("suppress", from);
        boolean close = from.closes && chance.percent(70);
        op.put("until", close ? "window_close" : "time_limit");
        if (!close) {
            op.put("ms", chance.between(0, 60));
        }
        ObjectNode buffer = op.putObject("buffer");
        if (close || chance.percent(50)) {
            buffer.put("unbounded", true);
        } else if (chance.percent(60)) {
            buffer.put("max_records", chance.between(1, 4));
        } else {
            buffer.put("max_bytes", chance.between(50, 400));
        }
        if (chance.percent(10)) {
            buffer.put("logging", false);
        }
        graph.finish(op, false);
        graph.tables.add(new RandomResult(RandomGraph.id(op), from.key, from.value));
    }

    void toStream(RandomResult from, boolean rekeyed) {
        ObjectNode op = graph.start("to_stream", from);
        Type key = from.key;
        if (rekeyed) {
            ObjectNode function = graph.functions.key(from.key, from.value);
            op.set("key", function);
            key = KeyFunctions.type(Function.of(function), from.key);
        }
        graph.finish(op, false);
        graph.streams.add(new RandomResult(RandomGraph.id(op), key, from.value));
    }
}
