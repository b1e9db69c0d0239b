package headwater.oracle;

import java.time.Duration;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TableJoined;
import org.apache.kafka.streams.kstream.ValueJoiner;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueStore;

/** Operations on two operands that meet by key. */
final class Joins {
    private final Nodes nodes;

    Joins(Nodes nodes) {
        this.nodes = nodes;
    }

    Node streams(Op op, Node.Stream left) {
        Node.Stream right = nodes.get(op.text("with"), Node.Stream.class);
        ValueJoiner<Object, Object, Object> joiner = Joiners.of(op.function("joiner"));
        JoinWindows windows = windows(op);
        StreamJoined<Object, Object, Object> joined = streamJoined(op, left, right);
        KStream<Object, Object> result = switch (op.text("type")) {
            case "inner" -> left.dsl().join(right.dsl(), joiner, windows, joined);
            case "left" -> left.dsl().leftJoin(right.dsl(), joiner, windows, joined);
            case "outer" -> left.dsl().outerJoin(right.dsl(), joiner, windows, joined);
            default -> throw op.unknown("type");
        };
        return new Node.Stream(result, left.key(), resultType(op, left.value(), right.value()));
    }

    Node streamWithTable(Op op, Node.Stream left) {
        Node.Table right = nodes.get(op.text("with"), Node.Table.class);
        ValueJoiner<Object, Object, Object> joiner = Joiners.of(op.function("joiner"));
        Joined<Object, Object, Object> joined =
            Joined.with(left.key().serde(), left.value().serde(), right.value().serde());
        if (op.name() != null) {
            joined = joined.withName(op.name());
        }
        if (op.has("grace_ms")) {
            joined = joined.withGracePeriod(op.millis("grace_ms"));
        }
        KStream<Object, Object> result = switch (op.text("type")) {
            case "inner" -> left.dsl().join(right.dsl(), joiner, joined);
            case "left" -> left.dsl().leftJoin(right.dsl(), joiner, joined);
            default -> throw op.unknown("type");
        };
        return new Node.Stream(result, left.key(), resultType(op, left.value(), right.value()));
    }

    Node streamWithGlobalTable(Op op, Node.Stream left) {
        Node.Global right = nodes.get(op.text("with"), Node.Global.class);
        ValueJoiner<Object, Object, Object> joiner = Joiners.of(op.function("joiner"));
        KeyValueMapper<Object, Object, Object> key = KeyFunctions.mapper(op.function("key"));
        boolean named = op.name() != null;
        KStream<Object, Object> result = switch (op.text("type")) {
            case "inner" -> named
                ? left.dsl().join(right.dsl(), key, joiner, op.named())
                : left.dsl().join(right.dsl(), key, joiner);
            case "left" -> named
                ? left.dsl().leftJoin(right.dsl(), key, joiner, op.named())
                : left.dsl().leftJoin(right.dsl(), key, joiner);
            default -> throw op.unknown("type");
        };
        return new Node.Stream(result, left.key(), resultType(op, left.value(), right.value()));
    }

    Node tables(Op op, Node.Table from) {
        Node.Table with = nodes.get(op.text("with"), Node.Table.class);
        ValueJoiner<Object, Object, Object> joiner = Joiners.of(op.function("joiner"));
        Type value = resultType(op, from.value(), with.value());
        KTable<Object, Object> left = from.dsl();
        KTable<Object, Object> right = with.dsl();
        KTable<Object, Object> result = switch (op.text("type")) {
            case "inner" -> Stored.<KeyValueStore<Bytes, byte[]>, KTable<Object, Object>>call(op, from.key(), value,
                () -> left.join(right, joiner),
                name -> left.join(right, joiner, name),
                store -> left.join(right, joiner, store),
                (name, store) -> left.join(right, joiner, name, store));
            case "left" -> Stored.<KeyValueStore<Bytes, byte[]>, KTable<Object, Object>>call(op, from.key(), value,
                () -> left.leftJoin(right, joiner),
                name -> left.leftJoin(right, joiner, name),
                store -> left.leftJoin(right, joiner, store),
                (name, store) -> left.leftJoin(right, joiner, name, store));
            case "outer" -> Stored.<KeyValueStore<Bytes, byte[]>, KTable<Object, Object>>call(op, from.key(), value,
                () -> left.outerJoin(right, joiner),
                name -> left.outerJoin(right, joiner, name),
                store -> left.outerJoin(right, joiner, store),
                (name, store) -> left.outerJoin(right, joiner, name, store));
            default -> throw op.unknown("type");
        };
        return new Node.Table(result, from.key(), value);
    }

    Node tablesByForeignKey(Op op, Node.Table from) {
        Node.Table with = nodes.get(op.text("with"), Node.Table.class);
        KeyValueMapper<Object, Object, Object> key = KeyFunctions.mapper(op.function("extractor"));
        java.util.function.Function<Object, Object> extractor = value -> key.apply(null, value);
        ValueJoiner<Object, Object, Object> joiner = Joiners.of(op.function("joiner"));
        Type value = resultType(op, from.value(), with.value());
        TableJoined<Object, Object> joined = op.name() == null ? null : TableJoined.as(op.name());
        Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> store = op.has("materialized")
            ? Stored.materialized(op.get("materialized"), from.key(), value)
            : null;
        KTable<Object, Object> result = switch (op.text("type")) {
            case "inner" -> innerByForeignKey(from.dsl(), with.dsl(), extractor, joiner, joined, store);
            case "left" -> leftByForeignKey(from.dsl(), with.dsl(), extractor, joiner, joined, store);
            default -> throw op.unknown("type");
        };
        return new Node.Table(result, from.key(), value);
    }

    private static KTable<Object, Object> innerByForeignKey(
        KTable<Object, Object> left,
        KTable<Object, Object> right,
        java.util.function.Function<Object, Object> extractor,
        ValueJoiner<Object, Object, Object> joiner,
        TableJoined<Object, Object> joined,
        Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> store
    ) {
        if (joined == null) {
            return store == null
                ? left.join(right, extractor, joiner)
                : left.join(right, extractor, joiner, store);
        }
        return store == null
            ? left.join(right, extractor, joiner, joined)
            : left.join(right, extractor, joiner, joined, store);
    }

    private static KTable<Object, Object> leftByForeignKey(
        KTable<Object, Object> left,
        KTable<Object, Object> right,
        java.util.function.Function<Object, Object> extractor,
        ValueJoiner<Object, Object, Object> joiner,
        TableJoined<Object, Object> joined,
        Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> store
    ) {
        if (joined == null) {
            return store == null
                ? left.leftJoin(right, extractor, joiner)
                : left.leftJoin(right, extractor, joiner, store);
        }
        return store == null
            ? left.leftJoin(right, extractor, joiner, joined)
            : left.leftJoin(right, extractor, joiner, joined, store);
    }

    private static JoinWindows windows(Op op) {
        Duration before = op.millis("before_ms");
        Duration after = op.millis("after_ms");
        // Replaced on both sides below; large enough that neither replacement alone makes the window negative.
        Duration difference = before.abs().compareTo(after.abs()) > 0 ? before.abs() : after.abs();
        JoinWindows windows = op.has("grace_ms")
            ? JoinWindows.ofTimeDifferenceAndGrace(difference, op.millis("grace_ms"))
            : JoinWindows.ofTimeDifferenceWithNoGrace(difference);
        return windows.before(before).after(after);
    }

    private static StreamJoined<Object, Object, Object> streamJoined(Op op, Node.Stream left, Node.Stream right) {
        StreamJoined<Object, Object, Object> joined =
            StreamJoined.with(left.key().serde(), left.value().serde(), right.value().serde());
        if (op.name() != null) {
            joined = joined.withName(op.name());
        }
        if (op.has("store")) {
            joined = joined.withStoreName(op.text("store"));
        }
        if (op.is("in_memory", true)) {
            joined = joined.withDslStoreSuppliers(BuiltInDslStoreSuppliers.IN_MEMORY);
        }
        return joined;
    }

    private static Type resultType(Op op, Type left, Type right) {
        return Joiners.type(op.function("joiner"), left, right);
    }
}
