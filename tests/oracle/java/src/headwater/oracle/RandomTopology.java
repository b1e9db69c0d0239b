package headwater.oracle;

import java.util.List;
import java.util.Map;

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
    private final RandomGraph graph;
    private final RandomStreamOperations streamOperations;
    private final RandomTableOperations tableOperations;
    private int outputs;

    RandomTopology(Chance chance) {
        this.chance = chance;
        graph = new RandomGraph(chance);
        streamOperations = new RandomStreamOperations(graph);
        tableOperations = new RandomTableOperations(graph);
    }

    /** The types of values by input topic. */
    Map<String, Type> topics() {
        return graph.topics;
    }

    ArrayNode grow() {
        for (int count = chance.between(1, 3); count > 0; count--) {
            graph.source();
        }
        for (int count = chance.between(1, OPERATIONS_MAX); count > 0; count--) {
            operate();
        }
        for (RandomResult table : List.copyOf(graph.tables)) {
            if (!table.used) {
                tableOperations.toStream(table, false);
            }
        }
        graph.streams.stream().filter(stream -> !stream.used).forEach(this::to);
        if (outputs == 0) {
            // Nothing but global tables, which have no outputs.
            to(graph.sourceOf("stream", Type.STRING));
        }
        return graph.operations;
    }

    private void operate() {
        if (chance.percent(8)) {
            graph.source();
        } else if (!graph.tables.isEmpty() && (graph.streams.isEmpty() || chance.percent(graph.focus.tablePercent()))) {
            tableOperations.apply(chance.of(graph.tables));
        } else if (!graph.streams.isEmpty()) {
            streamOperations.apply(chance.of(graph.streams));
        }
    }

    private void to(RandomResult from) {
        from.used = true;
        ObjectNode op = JsonNodeFactory.instance.objectNode().put("op", "to").put("from", from.id);
        if (chance.percent(15)) {
            op.put("name", "name-" + graph.nextId());
        }
        graph.operations.add(op.put("topic", "out" + outputs++));
    }
}
