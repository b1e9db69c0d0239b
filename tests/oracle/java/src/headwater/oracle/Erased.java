package headwater.oracle;

import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.StateStore;

/** Casts between the DSL's types and {@code Object}: the types of a spec are known only when it is read. */
final class Erased {
    private Erased() {
    }

    @SuppressWarnings("unchecked")
    static KTable<Object, Object> table(KTable<?, ?> table) {
        return (KTable<Object, Object>) table;
    }

    @SuppressWarnings("unchecked")
    static <V, S extends StateStore> Materialized<Object, V, S> store(Materialized<Object, Object, S> store) {
        return (Materialized<Object, V, S>) store;
    }
}
