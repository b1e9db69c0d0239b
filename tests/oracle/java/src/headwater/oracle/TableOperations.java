package headwater.oracle;

import java.time.Duration;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.ValueMapperWithKey;
import org.apache.kafka.streams.state.KeyValueStore;

/** Operations on one table. */
final class TableOperations {
    private TableOperations() {
    }

    static Node filter(Op op, Node.Table from) {
        Predicate<Object, Object> predicate = Predicates.of(op.function("predicate"));
        KTable<Object, Object> dsl = from.dsl();
        boolean keep = op.op().equals("filter");
        KTable<Object, Object> kept = Stored.<KeyValueStore<Bytes, byte[]>, KTable<Object, Object>>call(
            op, from.key(), from.value(),
            () -> keep ? dsl.filter(predicate) : dsl.filterNot(predicate),
            name -> keep ? dsl.filter(predicate, name) : dsl.filterNot(predicate, name),
            store -> keep ? dsl.filter(predicate, store) : dsl.filterNot(predicate, store),
            (name, store) -> keep ? dsl.filter(predicate, name, store) : dsl.filterNot(predicate, name, store));
        return new Node.Table(kept, from.key(), from.value());
    }

    static Node mapValues(Op op, Node.Table from) {
        Function function = op.function("value");
        Type value = ValueFunctions.type(function, from.value());
        ValueMapperWithKey<Object, Object, Object> mapper = ValueFunctions.mapper(function);
        KTable<Object, Object> dsl = from.dsl();
        KTable<Object, Object> mapped = Stored.<KeyValueStore<Bytes, byte[]>, KTable<Object, Object>>call(
            op, from.key(), value,
            () -> dsl.mapValues(mapper),
            name -> dsl.mapValues(mapper, name),
            store -> dsl.mapValues(mapper, store),
            (name, store) -> dsl.mapValues(mapper, name, store));
        return new Node.Table(mapped, from.key(), value);
    }

    static Node toStream(Op op, Node.Table from) {
        KTable<Object, Object> dsl = from.dsl();
        if (!op.has("key")) {
            KStream<Object, Object> stream = op.name() == null ? dsl.toStream() : dsl.toStream(op.named());
            return new Node.Stream(stream, from.key(), from.value());
        }
        Function function = op.function("key");
        KeyValueMapper<Object, Object, Object> mapper = KeyFunctions.mapper(function);
        KStream<Object, Object> stream =
            op.name() == null ? dsl.toStream(mapper) : dsl.toStream(mapper, op.named());
        return new Node.Stream(stream, KeyFunctions.type(function, from.key()), from.value());
    }

    static Node groupBy(Op op, Node.Table from) {
        Function keyFunction = op.function("key");
        Type keyType = KeyFunctions.type(keyFunction, from.key());
        KeyValueMapper<Object, Object, Object> key = KeyFunctions.mapper(keyFunction);
        Function valueFunction = op.has("value") ? op.function("value") : new Function("identity", null);
        Type valueType = ValueFunctions.type(valueFunction, from.value());
        ValueMapperWithKey<Object, Object, Object> value = ValueFunctions.mapper(valueFunction);
        return new Node.GroupedTable(
            from.dsl().groupBy((k, v) -> KeyValue.pair(key.apply(k, v), value.apply(k, v)),
                StreamOperations.grouped(op, keyType, valueType)),
            keyType, valueType);
    }

    static Node suppress(Op op, Node.Table from) {
        Suppressed<Object> suppressed = switch (op.text("until")) {
            case "window_close" -> untilWindowCloses(new Op(op.get("buffer")));
            case "time_limit" -> untilTimeLimit(op.millis("ms"), new Op(op.get("buffer")));
            default -> throw op.unknown("until");
        };
        KTable<Object, Object> table =
            from.dsl().suppress(op.name() == null ? suppressed : suppressed.withName(op.name()));
        return new Node.Table(table, from.key(), from.value());
    }

    @SuppressWarnings("unchecked")
    private static Suppressed<Object> untilWindowCloses(Op buffer) {
        Suppressed.StrictBufferConfig strict;
        if (buffer.is("unbounded", true)) {
            strict = BufferConfig.unbounded();
        } else if (buffer.is("shutdown_when_full", true)) {
            strict = eager(buffer).shutDownWhenFull();
        } else {
            throw new SpecException("until window_close needs a buffer that is unbounded or shuts down when full");
        }
        if (buffer.is("logging", false)) {
            strict = strict.withLoggingDisabled();
        }
        // Keys are of windowed type here, which the erased node does not show.
        return (Suppressed<Object>) (Suppressed<?>) Suppressed.untilWindowCloses(strict);
    }

    private static Suppressed<Object> untilTimeLimit(Duration limit, Op buffer) {
        BufferConfig<?> config = buffer.is("unbounded", true) ? BufferConfig.unbounded() : eager(buffer);
        if (buffer.is("shutdown_when_full", true)) {
            config = config.shutDownWhenFull();
        }
        if (buffer.is("logging", false)) {
            config = config.withLoggingDisabled();
        }
        return Suppressed.untilTimeLimit(limit, config);
    }

    private static Suppressed.EagerBufferConfig eager(Op buffer) {
        if (!buffer.has("max_records")) {
            return BufferConfig.maxBytes(buffer.get("max_bytes").longValue());
        }
        Suppressed.EagerBufferConfig config = BufferConfig.maxRecords(buffer.get("max_records").longValue());
        return buffer.has("max_bytes") ? config.withMaxBytes(buffer.get("max_bytes").longValue()) : config;
    }
}
