package headwater.oracle;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Aggregator;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.Initializer;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Merger;
import org.apache.kafka.streams.kstream.Reducer;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.WindowStore;

/** count, reduce, aggregate and cogroup: one method for each kind of grouping. */
final class Aggregations {
    private final Nodes nodes;

    Aggregations(Nodes nodes) {
        this.nodes = nodes;
    }

    Node cogroup(Op op) {
        List<Node.GroupedStream> grouped = new ArrayList<>();
        op.get("from").forEach(id -> grouped.add(nodes.get(id.textValue(), Node.GroupedStream.class)));
        List<Function> functions = new ArrayList<>();
        for (JsonNode aggregator : op.get("aggregators")) {
            functions.add(Function.of(aggregator));
        }
        if (grouped.isEmpty() || grouped.size() != functions.size()) {
            throw new SpecException("cogroup " + op.id() + " needs one aggregator for each grouped stream");
        }
        CogroupedKStream<Object, Object> cogrouped = null;
        for (int at = 0; at < grouped.size(); at++) {
            Aggregator<Object, Object, Object> aggregator = Aggregators.aggregator(functions.get(at), Side.STREAM);
            cogrouped = cogrouped == null
                ? grouped.get(at).dsl().cogroup(aggregator)
                : cogrouped.cogroup(grouped.get(at).dsl(), aggregator);
        }
        return new Node.Cogrouped(cogrouped, grouped.get(0).key(), functions.get(0));
    }

    static Node count(Op op, Node from) {
        if (from instanceof Node.GroupedStream grouped) {
            return table(grouped.key(), Type.LONG, Stored.<KeyValueStore<Bytes, byte[]>, KTable<?, ?>>call(
                op, grouped.key(), Type.LONG,
                () -> grouped.dsl().count(),
                name -> grouped.dsl().count(name),
                store -> grouped.dsl().count(Erased.store(store)),
                (name, store) -> grouped.dsl().count(name, Erased.store(store))));
        }
        if (from instanceof Node.GroupedTable grouped) {
            return table(grouped.key(), Type.LONG, Stored.<KeyValueStore<Bytes, byte[]>, KTable<?, ?>>call(
                op, grouped.key(), Type.LONG,
                () -> grouped.dsl().count(),
                name -> grouped.dsl().count(name),
                store -> grouped.dsl().count(Erased.store(store)),
                (name, store) -> grouped.dsl().count(name, Erased.store(store))));
        }
        if (from instanceof Node.TimeWindowed windowed) {
            return table(windowedKey(windowed), Type.LONG, Stored.<WindowStore<Bytes, byte[]>, KTable<?, ?>>call(
                op, windowed.key(), Type.LONG,
                () -> windowed.dsl().count(),
                name -> windowed.dsl().count(name),
                store -> windowed.dsl().count(Erased.store(store)),
                (name, store) -> windowed.dsl().count(name, Erased.store(store))));
        }
        if (from instanceof Node.SessionWindowed windowed) {
            return table(windowedKey(windowed), Type.LONG, Stored.<SessionStore<Bytes, byte[]>, KTable<?, ?>>call(
                op, windowed.key(), Type.LONG,
                () -> windowed.dsl().count(),
                name -> windowed.dsl().count(name),
                store -> windowed.dsl().count(Erased.store(store)),
                (name, store) -> windowed.dsl().count(name, Erased.store(store))));
        }
        throw misplaced(op, from);
    }

    static Node reduce(Op op, Node from) {
        if (from instanceof Node.GroupedTable grouped) {
            return reduceTable(op, grouped);
        }
        Reducer<Object> reducer = Aggregators.reducer(op.function("reducer"), Side.STREAM);
        if (from instanceof Node.GroupedStream grouped) {
            return table(grouped.key(), grouped.value(), Stored.<KeyValueStore<Bytes, byte[]>, KTable<?, ?>>call(
                op, grouped.key(), grouped.value(),
                () -> grouped.dsl().reduce(reducer),
                name -> grouped.dsl().reduce(reducer),
                store -> grouped.dsl().reduce(reducer, store),
                (name, store) -> grouped.dsl().reduce(reducer, name, store)));
        }
        if (from instanceof Node.TimeWindowed windowed) {
            return table(windowedKey(windowed), windowed.value(),
                Stored.<WindowStore<Bytes, byte[]>, KTable<?, ?>>call(
                    op, windowed.key(), windowed.value(),
                    () -> windowed.dsl().reduce(reducer),
                    name -> windowed.dsl().reduce(reducer, name),
                    store -> windowed.dsl().reduce(reducer, store),
                    (name, store) -> windowed.dsl().reduce(reducer, name, store)));
        }
        if (from instanceof Node.SessionWindowed windowed) {
            return table(windowedKey(windowed), windowed.value(),
                Stored.<SessionStore<Bytes, byte[]>, KTable<?, ?>>call(
                    op, windowed.key(), windowed.value(),
                    () -> windowed.dsl().reduce(reducer),
                    name -> windowed.dsl().reduce(reducer, name),
                    store -> windowed.dsl().reduce(reducer, store),
                    (name, store) -> windowed.dsl().reduce(reducer, name, store)));
        }
        throw misplaced(op, from);
    }

    static Node aggregate(Op op, Node from) {
        if (from instanceof Node.GroupedTable grouped) {
            return aggregateTable(op, grouped);
        }
        if (from instanceof Node.Cogrouped cogrouped) {
            return aggregateCogrouped(op, cogrouped);
        }
        if (from instanceof Node.TimeWindowedCogrouped cogrouped) {
            return aggregateCogrouped(op, cogrouped);
        }
        if (from instanceof Node.SessionWindowedCogrouped cogrouped) {
            return aggregateCogrouped(op, cogrouped);
        }
        Function function = op.function("aggregator");
        if (from instanceof Node.GroupedStream grouped) {
            return aggregateStream(op, function, grouped);
        }
        if (from instanceof Node.TimeWindowed windowed) {
            return aggregateStream(op, function, windowed);
        }
        if (from instanceof Node.SessionWindowed windowed) {
            return aggregateStream(op, function, windowed);
        }
        throw misplaced(op, from);
    }

    private static Node aggregateStream(Op op, Function function, Node.GroupedStream from) {
        Initializer<Object> initial = Aggregators.initial(function);
        Aggregator<Object, Object, Object> aggregator = Aggregators.aggregator(function, Side.STREAM);
        Type value = Aggregators.type(function);
        return table(from.key(), value, Stored.<KeyValueStore<Bytes, byte[]>, KTable<?, ?>>call(
            op, from.key(), value,
            () -> from.dsl().aggregate(initial, aggregator),
            name -> from.dsl().aggregate(initial, aggregator),
            store -> from.dsl().aggregate(initial, aggregator, store),
            (name, store) -> from.dsl().aggregate(initial, aggregator, name, store)));
    }

    private static Node aggregateStream(Op op, Function function, Node.TimeWindowed from) {
        Initializer<Object> initial = Aggregators.initial(function);
        Aggregator<Object, Object, Object> aggregator = Aggregators.aggregator(function, Side.STREAM);
        Type value = Aggregators.type(function);
        return table(windowedKey(from), value, Stored.<WindowStore<Bytes, byte[]>, KTable<?, ?>>call(
            op, from.key(), value,
            () -> from.dsl().aggregate(initial, aggregator),
            name -> from.dsl().aggregate(initial, aggregator, name),
            store -> from.dsl().aggregate(initial, aggregator, store),
            (name, store) -> from.dsl().aggregate(initial, aggregator, name, store)));
    }

    private static Node aggregateStream(Op op, Function function, Node.SessionWindowed from) {
        Initializer<Object> initial = Aggregators.initial(function);
        Aggregator<Object, Object, Object> aggregator = Aggregators.aggregator(function, Side.STREAM);
        Merger<Object, Object> merger = Aggregators.merger(function);
        Type value = Aggregators.type(function);
        return table(windowedKey(from), value, Stored.<SessionStore<Bytes, byte[]>, KTable<?, ?>>call(
            op, from.key(), value,
            () -> from.dsl().aggregate(initial, aggregator, merger),
            name -> from.dsl().aggregate(initial, aggregator, merger, name),
            store -> from.dsl().aggregate(initial, aggregator, merger, store),
            (name, store) -> from.dsl().aggregate(initial, aggregator, merger, name, store)));
    }

    private static Node aggregateCogrouped(Op op, Node.Cogrouped from) {
        Initializer<Object> initial = Aggregators.initial(from.first());
        Type value = Aggregators.type(from.first());
        return table(from.key(), value, Stored.<KeyValueStore<Bytes, byte[]>, KTable<?, ?>>call(
            op, from.key(), value,
            () -> from.dsl().aggregate(initial),
            name -> from.dsl().aggregate(initial, name),
            store -> from.dsl().aggregate(initial, store),
            (name, store) -> from.dsl().aggregate(initial, name, store)));
    }

    private static Node aggregateCogrouped(Op op, Node.TimeWindowedCogrouped from) {
        Initializer<Object> initial = Aggregators.initial(from.first());
        Type value = Aggregators.type(from.first());
        return table(Type.timeWindowed(from.key(), from.sizeMs()), value,
            Stored.<WindowStore<Bytes, byte[]>, KTable<?, ?>>call(
                op, from.key(), value,
                () -> from.dsl().aggregate(initial),
                name -> from.dsl().aggregate(initial, name),
                store -> from.dsl().aggregate(initial, store),
                (name, store) -> from.dsl().aggregate(initial, name, store)));
    }

    private static Node aggregateCogrouped(Op op, Node.SessionWindowedCogrouped from) {
        Initializer<Object> initial = Aggregators.initial(from.first());
        Merger<Object, Object> merger = Aggregators.merger(from.first());
        Type value = Aggregators.type(from.first());
        return table(Type.sessionWindowed(from.key()), value,
            Stored.<SessionStore<Bytes, byte[]>, KTable<?, ?>>call(
                op, from.key(), value,
                () -> from.dsl().aggregate(initial, merger),
                name -> from.dsl().aggregate(initial, merger, name),
                store -> from.dsl().aggregate(initial, merger, store),
                (name, store) -> from.dsl().aggregate(initial, merger, name, store)));
    }

    private static Node reduceTable(Op op, Node.GroupedTable from) {
        Reducer<Object> adder = Aggregators.reducer(op.function("adder"), Side.ADDER);
        Reducer<Object> subtractor = Aggregators.reducer(op.function("subtractor"), Side.SUBTRACTOR);
        return table(from.key(), from.value(), Stored.<KeyValueStore<Bytes, byte[]>, KTable<?, ?>>call(
            op, from.key(), from.value(),
            () -> from.dsl().reduce(adder, subtractor),
            name -> from.dsl().reduce(adder, subtractor),
            store -> from.dsl().reduce(adder, subtractor, store),
            (name, store) -> from.dsl().reduce(adder, subtractor, name, store)));
    }

    private static Node aggregateTable(Op op, Node.GroupedTable from) {
        Function function = op.function("adder");
        Initializer<Object> initial = Aggregators.initial(function);
        Aggregator<Object, Object, Object> adder = Aggregators.aggregator(function, Side.ADDER);
        Aggregator<Object, Object, Object> subtractor =
            Aggregators.aggregator(op.function("subtractor"), Side.SUBTRACTOR);
        Type value = Aggregators.type(function);
        return table(from.key(), value, Stored.<KeyValueStore<Bytes, byte[]>, KTable<?, ?>>call(
            op, from.key(), value,
            () -> from.dsl().aggregate(initial, adder, subtractor),
            name -> from.dsl().aggregate(initial, adder, subtractor, name),
            store -> from.dsl().aggregate(initial, adder, subtractor, store),
            (name, store) -> from.dsl().aggregate(initial, adder, subtractor, name, store)));
    }

    private static Node table(Type key, Type value, KTable<?, ?> dsl) {
        return new Node.Table(Erased.table(dsl), key, value);
    }

    private static Type windowedKey(Node.TimeWindowed windowed) {
        return Type.timeWindowed(windowed.key(), windowed.sizeMs());
    }

    private static Type windowedKey(Node.SessionWindowed windowed) {
        return Type.sessionWindowed(windowed.key());
    }

    private static SpecException misplaced(Op op, Node from) {
        return new SpecException(op.op() + " does not apply to a " + from.getClass().getSimpleName());
    }
}
