package headwater.oracle;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.Stores;

/** The {@code materialized} and {@code name} of an operation, and the overload of the DSL that they call for. */
final class Stored {
    private Stored() {
    }

    /** Calls the overload that takes what the operation gives, and no other. */
    static <S extends StateStore, R> R call(
        Op op,
        Type key,
        Type value,
        Supplier<R> plain,
        java.util.function.Function<Named, R> named,
        java.util.function.Function<Materialized<Object, Object, S>, R> stored,
        BiFunction<Named, Materialized<Object, Object, S>, R> both
    ) {
        if (!op.has("materialized")) {
            return op.name() == null ? plain.get() : named.apply(op.named());
        }
        Materialized<Object, Object, S> materialized = materialized(op.get("materialized"), key, value);
        return op.name() == null ? stored.apply(materialized) : both.apply(op.named(), materialized);
    }

    static <S extends StateStore> Materialized<Object, Object, S> materialized(JsonNode json, Type key, Type value) {
        Op settings = new Op(json);
        Materialized<Object, Object, S> materialized = start(settings, key, value);
        if (settings.is("in_memory", true)) {
            materialized.withStoreType(BuiltInDslStoreSuppliers.IN_MEMORY);
        }
        if (settings.has("retention_ms")) {
            materialized.withRetention(settings.millis("retention_ms"));
        }
        if (settings.is("caching", true)) {
            materialized.withCachingEnabled();
        }
        if (settings.is("caching", false)) {
            materialized.withCachingDisabled();
        }
        if (settings.is("logging", false)) {
            materialized.withLoggingDisabled();
        }
        if (settings.has("logging_config")) {
            materialized.withLoggingEnabled(entries(settings.get("logging_config")));
        }
        return materialized;
    }

    @SuppressWarnings("unchecked")
    private static <S extends StateStore> Materialized<Object, Object, S> start(Op settings, Type key, Type value) {
        if (!settings.has("store")) {
            return Materialized.with(key.serde(), value.serde());
        }
        String name = settings.text("store");
        Materialized<Object, Object, S> materialized = settings.has("versioned_ms")
            ? (Materialized<Object, Object, S>) (Materialized<?, ?, ?>) Materialized.as(
                Stores.persistentVersionedKeyValueStore(name, settings.millis("versioned_ms")))
            : Materialized.as(name);
        return materialized.withKeySerde(key.serde()).withValueSerde(value.serde());
    }

    private static Map<String, String> entries(JsonNode json) {
        Map<String, String> entries = new HashMap<>();
        json.properties().forEach(entry -> entries.put(entry.getKey(), entry.getValue().textValue()));
        return entries;
    }
}
