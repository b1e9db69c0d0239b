package headwater.oracle;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.MultiVersionedKeyQuery;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.VersionedRecordIterator;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.internals.RocksDBTimeOrderedKeyValueBuffer;
import org.apache.kafka.streams.state.internals.RocksDBVersionedStore;
import org.apache.kafka.streams.state.internals.SegmentedBytesStore;
import org.apache.kafka.streams.state.internals.TimeOrderedKeyValueBuffer;
import org.apache.kafka.streams.state.internals.WrappedStateStore;

/** The content of a store, below its caching, logging and metering layers. */
final class StoreDump {
    /** The fields that hold the next store inside adapters between store formats. */
    private static final List<String> ADAPTED = List.of("store", "inner");

    private StoreDump() {
    }

    /**
     * @param changelogKeys the keys that the store's changelog has seen, in the order of their bytes
     */
    static ObjectNode of(StateStore store, Collection<Bytes> changelogKeys) {
        StateStore innermost = innermost(store);
        if (innermost instanceof RocksDBVersionedStore versioned) {
            return versioned(versioned, changelogKeys);
        }
        if (innermost instanceof TimeOrderedKeyValueBuffer<?, ?, ?> buffer) {
            return buffer(buffer);
        }
        if (innermost instanceof SegmentedBytesStore segmented) {
            return keyValues(start("segmented", innermost), segmented.all());
        }
        if (innermost instanceof WindowStore<?, ?> window) {
            return windows(start("window", innermost), StoreDump.<WindowStore<Bytes, byte[]>>cast(window).all());
        }
        if (innermost instanceof SessionStore<?, ?> session) {
            return windows(start("session", innermost),
                StoreDump.<SessionStore<Bytes, byte[]>>cast(session).fetch(null, null));
        }
        if (innermost instanceof KeyValueStore<?, ?> keyValue) {
            return keyValues(start("key_value", innermost),
                StoreDump.<KeyValueStore<Bytes, byte[]>>cast(keyValue).all());
        }
        throw new IllegalStateException("no dump of a " + innermost.getClass().getName());
    }

    static boolean isSuppressBuffer(StateStore store) {
        return innermost(store) instanceof TimeOrderedKeyValueBuffer<?, ?, ?> buffer
            && !(buffer instanceof RocksDBTimeOrderedKeyValueBuffer);
    }

    private static StateStore innermost(StateStore store) {
        StateStore current = store;
        while (!(current instanceof TimeOrderedKeyValueBuffer)) {
            Optional<StateStore> next = next(current);
            if (next.isEmpty()) {
                return current;
            }
            current = next.get();
        }
        return current;
    }

    private static Optional<StateStore> next(StateStore store) {
        if (store instanceof WrappedStateStore<?, ?, ?> wrapper) {
            return Optional.of(wrapper.wrapped());
        }
        if (!store.getClass().getSimpleName().endsWith("Adapter")) {
            return Optional.empty();
        }
        return ADAPTED.stream()
            .flatMap(field -> Reflection.field(store, field).stream())
            .map(StateStore.class::cast)
            .findFirst();
    }

    private static ObjectNode versioned(RocksDBVersionedStore store, Collection<Bytes> keys) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("kind", "versioned");
        ArrayNode entries = json.putArray("entries");
        for (Bytes key : keys) {
            ArrayNode versions = entries.addArray().add(Hex.of(key)).addArray();
            MultiVersionedKeyQuery<Bytes, byte[]> query =
                MultiVersionedKeyQuery.<Bytes, byte[]>withKey(key).withAscendingTimestamps();
            MultiVersionedKeyQuery<Bytes, byte[]> allTime = query
                .fromTime(Instant.ofEpochMilli(0))
                .toTime(Instant.ofEpochMilli(Long.MAX_VALUE));
            try (VersionedRecordIterator<byte[]> found =
                     store.query(allTime, PositionBound.unbounded(), new QueryConfig(false)).getResult()) {
                while (found.hasNext()) {
                    VersionedRecord<byte[]> version = found.next();
                    ArrayNode entry = versions.addArray().add(version.timestamp());
                    version.validTo().ifPresentOrElse(entry::add, entry::addNull);
                    entry.add(Hex.of(version.value()));
                }
            }
        }
        return json;
    }

    private static ObjectNode buffer(TimeOrderedKeyValueBuffer<?, ?, ?> buffer) {
        boolean grace = buffer instanceof RocksDBTimeOrderedKeyValueBuffer;
        ObjectNode json = start(grace ? "grace_buffer" : "suppress_buffer", buffer)
            .put("records", buffer.numRecords())
            .put("bytes", buffer.bufferSize())
            .put("min_ts", buffer.minTimestamp());
        if (grace) {
            StateStore store = innermost(Reflection.field(buffer, "store", StateStore.class));
            keyValues(json, ((SegmentedBytesStore) store).all());
        }
        return json;
    }

    private static ObjectNode keyValues(ObjectNode json, KeyValueIterator<Bytes, byte[]> content) {
        ArrayNode entries = json.putArray("entries");
        try (content) {
            content.forEachRemaining(
                entry -> entries.addArray().add(Hex.of(entry.key)).add(Hex.of(entry.value)));
        }
        return json;
    }

    private static ObjectNode windows(ObjectNode json, KeyValueIterator<Windowed<Bytes>, byte[]> content) {
        ArrayNode entries = json.putArray("entries");
        try (content) {
            content.forEachRemaining(entry -> entries.addArray()
                .add(Hex.of(entry.key.key()))
                .add(entry.key.window().start())
                .add(entry.key.window().end())
                .add(Hex.of(entry.value)));
        }
        return json;
    }

    private static ObjectNode start(String kind, StateStore store) {
        return JsonNodeFactory.instance.objectNode()
            .put("kind", kind)
            .put("class", store.getClass().getSimpleName());
    }

    @SuppressWarnings("unchecked")
    private static <S> S cast(StateStore store) {
        return (S) store;
    }
}
