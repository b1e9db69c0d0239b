package headwater.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.StreamsBuilder;

/** Applies the operations of a spec to a builder, one call of the DSL each. */
final class TopologyInterpreter {
    private final Nodes nodes = new Nodes();
    private final Sources sources;
    private final StreamOperations streams;
    private final Joins joins;
    private final Aggregations aggregations;
    private final Processing processing;

    TopologyInterpreter(StreamsBuilder builder) {
        sources = new Sources(builder);
        streams = new StreamOperations(nodes);
        joins = new Joins(nodes);
        aggregations = new Aggregations(nodes);
        processing = new Processing(builder);
    }

    /** The types of the topics that are read, for encoding inputs. */
    Sources sources() {
        return sources;
    }

    void apply(JsonNode topology) {
        topology.forEach(json -> apply(new Op(json)));
    }

    private void apply(Op op) {
        switch (op.op()) {
            case "to" -> streams.to(op, stream(op));
            case "foreach" -> streams.foreach(op, stream(op));
            case "split" -> streams.split(op, stream(op));
            default -> nodes.put(op.id(), result(op));
        }
    }

    private Node result(Op op) {
        return switch (op.op()) {
            case "stream" -> sources.stream(op);
            case "table" -> sources.table(op);
            case "global_table" -> sources.globalTable(op);
            case "filter", "filter_not" -> from(op) instanceof Node.Table table
                ? TableOperations.filter(op, table)
                : streams.filter(op, stream(op));
            case "map" -> streams.map(op, stream(op));
            case "map_values" -> from(op) instanceof Node.Table table
                ? TableOperations.mapValues(op, table)
                : streams.mapValues(op, stream(op));
            case "flat_map" -> streams.flatMap(op, stream(op));
            case "flat_map_values" -> streams.flatMapValues(op, stream(op));
            case "select_key" -> streams.selectKey(op, stream(op));
            case "peek" -> streams.peek(op, stream(op));
            case "merge" -> streams.merge(op, stream(op));
            case "repartition" -> streams.repartition(op, stream(op));
            case "to_table" -> streams.toTable(op, stream(op));
            case "process" -> processing.process(op, stream(op));
            case "process_values" -> processing.processValues(op, stream(op));
            case "to_stream" -> TableOperations.toStream(op, table(op));
            case "suppress" -> TableOperations.suppress(op, table(op));
            default -> joined(op);
        };
    }

    private Node joined(Op op) {
        return switch (op.op()) {
            case "join_stream" -> joins.streams(op, stream(op));
            case "join_table" -> joins.streamWithTable(op, stream(op));
            case "join_global" -> joins.streamWithGlobalTable(op, stream(op));
            case "join_tables" -> joins.tables(op, table(op));
            case "join_fk" -> joins.tablesByForeignKey(op, table(op));
            default -> aggregated(op);
        };
    }

    private Node aggregated(Op op) {
        return switch (op.op()) {
            case "group_by_key" -> streams.groupByKey(op, stream(op));
            case "group_by" -> from(op) instanceof Node.Table table
                ? TableOperations.groupBy(op, table)
                : streams.groupBy(op, stream(op));
            case "cogroup" -> aggregations.cogroup(op);
            case "windowed_by" -> from(op) instanceof Node.Cogrouped cogrouped
                ? Windowing.of(op, cogrouped)
                : Windowing.of(op, nodes.get(op.text("from"), Node.GroupedStream.class));
            case "count" -> Aggregations.count(op, from(op));
            case "reduce" -> Aggregations.reduce(op, from(op));
            case "aggregate" -> Aggregations.aggregate(op, from(op));
            default -> throw op.unknown("op");
        };
    }

    private Node from(Op op) {
        return nodes.get(op.text("from"));
    }

    private Node.Stream stream(Op op) {
        return nodes.get(op.text("from"), Node.Stream.class);
    }

    private Node.Table table(Op op) {
        return nodes.get(op.text("from"), Node.Table.class);
    }
}
