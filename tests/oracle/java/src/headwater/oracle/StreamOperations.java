package headwater.oracle;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.BranchedKStream;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.ValueMapper;
import org.apache.kafka.streams.kstream.ValueMapperWithKey;
import org.apache.kafka.streams.state.KeyValueStore;

/** Operations on one stream. */
final class StreamOperations {
    private final Nodes nodes;

    StreamOperations(Nodes nodes) {
        this.nodes = nodes;
    }

    Node filter(Op op, Node.Stream from) {
        Predicate<Object, Object> predicate = Predicates.of(op.function("predicate"));
        Named name = op.named();
        KStream<Object, Object> dsl = from.dsl();
        KStream<Object, Object> kept = op.op().equals("filter")
            ? name == null ? dsl.filter(predicate) : dsl.filter(predicate, name)
            : name == null ? dsl.filterNot(predicate) : dsl.filterNot(predicate, name);
        return new Node.Stream(kept, from.key(), from.value());
    }

    Node map(Op op, Node.Stream from) {
        Function keyFunction = op.function("key");
        Function valueFunction = op.function("value");
        KeyValueMapper<Object, Object, Object> key = KeyFunctions.mapper(keyFunction);
        ValueMapperWithKey<Object, Object, Object> value = ValueFunctions.mapper(valueFunction);
        KeyValueMapper<Object, Object, KeyValue<Object, Object>> mapper =
            (k, v) -> KeyValue.pair(key.apply(k, v), value.apply(k, v));
        KStream<Object, Object> mapped =
            op.name() == null ? from.dsl().map(mapper) : from.dsl().map(mapper, op.named());
        return new Node.Stream(mapped, KeyFunctions.type(keyFunction, from.key()),
            ValueFunctions.type(valueFunction, from.value()));
    }

    Node mapValues(Op op, Node.Stream from) {
        Function function = op.function("value");
        ValueMapperWithKey<Object, Object, Object> mapper = ValueFunctions.mapper(function);
        KStream<Object, Object> mapped =
            op.name() == null ? from.dsl().mapValues(mapper) : from.dsl().mapValues(mapper, op.named());
        return new Node.Stream(mapped, from.key(), ValueFunctions.type(function, from.value()));
    }

    Node flatMap(Op op, Node.Stream from) {
        ValueMapper<Object, Iterable<Object>> flat = ValueFunctions.flat(op.function("flat"));
        Function keyFunction = op.function("key");
        KeyValueMapper<Object, Object, Object> key = KeyFunctions.mapper(keyFunction);
        KeyValueMapper<Object, Object, Iterable<KeyValue<Object, Object>>> mapper = (k, v) -> {
            List<KeyValue<Object, Object>> parts = new ArrayList<>();
            flat.apply(v).forEach(part -> parts.add(KeyValue.pair(key.apply(k, part), part)));
            return parts;
        };
        KStream<Object, Object> mapped =
            op.name() == null ? from.dsl().flatMap(mapper) : from.dsl().flatMap(mapper, op.named());
        return new Node.Stream(mapped, KeyFunctions.type(keyFunction, from.key()), from.value());
    }

    Node flatMapValues(Op op, Node.Stream from) {
        ValueMapper<Object, Iterable<Object>> flat = ValueFunctions.flat(op.function("flat"));
        KStream<Object, Object> mapped =
            op.name() == null ? from.dsl().flatMapValues(flat) : from.dsl().flatMapValues(flat, op.named());
        return new Node.Stream(mapped, from.key(), from.value());
    }

    Node selectKey(Op op, Node.Stream from) {
        Function function = op.function("key");
        KeyValueMapper<Object, Object, Object> mapper = KeyFunctions.mapper(function);
        KStream<Object, Object> selected =
            op.name() == null ? from.dsl().selectKey(mapper) : from.dsl().selectKey(mapper, op.named());
        return new Node.Stream(selected, KeyFunctions.type(function, from.key()), from.value());
    }

    Node peek(Op op, Node.Stream from) {
        KStream<Object, Object> seen = op.name() == null
            ? from.dsl().peek((key, value) -> { })
            : from.dsl().peek((key, value) -> { }, op.named());
        return new Node.Stream(seen, from.key(), from.value());
    }

    void foreach(Op op, Node.Stream from) {
        if (op.name() == null) {
            from.dsl().foreach((key, value) -> { });
        } else {
            from.dsl().foreach((key, value) -> { }, op.named());
        }
    }

    Node merge(Op op, Node.Stream from) {
        KStream<Object, Object> with = nodes.get(op.text("with"), Node.Stream.class).dsl();
        KStream<Object, Object> merged =
            op.name() == null ? from.dsl().merge(with) : from.dsl().merge(with, op.named());
        return new Node.Stream(merged, from.key(), from.value());
    }

    void split(Op op, Node.Stream from) {
        BranchedKStream<Object, Object> split =
            op.name() == null ? from.dsl().split() : from.dsl().split(op.named());
        for (JsonNode json : op.get("branches")) {
            Op branch = new Op(json);
            split = split.branch(Predicates.of(branch.function("predicate")), branched(branch, from));
        }
        if (op.has("default")) {
            split.defaultBranch(branched(new Op(op.get("default")), from));
        } else {
            split.noDefaultBranch();
        }
    }

    Node repartition(Op op, Node.Stream from) {
        Repartitioned<Object, Object> repartitioned =
            Repartitioned.with(from.key().serde(), from.value().serde());
        if (op.name() != null) {
            repartitioned = repartitioned.withName(op.name());
        }
        if (op.has("partitions")) {
            repartitioned = repartitioned.withNumberOfPartitions(op.get("partitions").intValue());
        }
        return new Node.Stream(from.dsl().repartition(repartitioned), from.key(), from.value());
    }

    void to(Op op, Node.Stream from) {
        Produced<Object, Object> produced = Produced.with(from.key().serde(), from.value().serde());
        from.dsl().to(op.text("topic"), op.name() == null ? produced : produced.withName(op.name()));
    }

    Node toTable(Op op, Node.Stream from) {
        KTable<Object, Object> table = Stored.<KeyValueStore<Bytes, byte[]>, KTable<Object, Object>>call(
            op, from.key(), from.value(), from.dsl()::toTable, from.dsl()::toTable, from.dsl()::toTable,
            from.dsl()::toTable);
        return new Node.Table(table, from.key(), from.value());
    }

    Node groupByKey(Op op, Node.Stream from) {
        return new Node.GroupedStream(from.dsl().groupByKey(grouped(op, from.key(), from.value())),
            from.key(), from.value());
    }

    Node groupBy(Op op, Node.Stream from) {
        Function function = op.function("key");
        Type key = KeyFunctions.type(function, from.key());
        return new Node.GroupedStream(
            from.dsl().groupBy(KeyFunctions.mapper(function), grouped(op, key, from.value())), key, from.value());
    }

    static Grouped<Object, Object> grouped(Op op, Type key, Type value) {
        Grouped<Object, Object> grouped = Grouped.with(key.serde(), value.serde());
        return op.name() == null ? grouped : grouped.withName(op.name());
    }

    private Branched<Object, Object> branched(Op branch, Node.Stream from) {
        return Branched.withConsumer(
            stream -> nodes.put(branch.id(), new Node.Stream(stream, from.key(), from.value())), branch.name());
    }
}
