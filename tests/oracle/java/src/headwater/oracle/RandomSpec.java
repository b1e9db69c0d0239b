package headwater.oracle;

import java.util.Random;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A random spec: a configuration, a topology and inputs for the topics it reads. */
final class RandomSpec {
    private static final String IN_MEMORY =
        "org.apache.kafka.streams.state.BuiltInDslStoreSuppliers$InMemoryDslStoreSuppliers";

    private static final String SKIP_UNREADABLE = "org.apache.kafka.streams.errors.LogAndContinueExceptionHandler";

    private RandomSpec() {
    }

    /** The same seed and number give the same spec. */
    static ObjectNode of(int seed, int number) {
        Chance chance = new Chance(new Random(seed * 1_000_003L + number));
        ObjectNode spec = JsonNodeFactory.instance.objectNode();
        spec.put("name", "random_%d_%04d".formatted(seed, number));
        boolean unreadable = chance.percent(8);
        spec.set("config", config(chance, unreadable));
        RandomTopology topology = new RandomTopology(chance);
        spec.set("topology", topology.grow());
        spec.set("inputs", RandomInputs.of(chance, topology.topics(), unreadable));
        return spec;
    }

    /** @param unreadable whether records that cannot be read are passed over */
    private static ObjectNode config(Chance chance, boolean unreadable) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        if (unreadable) {
            config.put("deserialization.exception.handler", SKIP_UNREADABLE);
        }
        if (chance.percent(35)) {
            config.put("statestore.cache.max.bytes", "0");
        }
        if (chance.percent(20)) {
            config.put("topology.optimization", chance.of("all", "all", "all",
                "reuse.ktable.source.topics", "merge.repartition.topics", "single.store.self.join"));
        }
        if (chance.percent(6)) {
            config.put("upgrade.from", chance.of("2.8", "3.3", "3.4"));
        }
        if (chance.percent(5)) {
            config.put("dsl.store.format", "HEADERS");
        }
        if (chance.percent(5)) {
            config.put("__emit.interval.ms.kstreams.windowed.aggregation__", chance.of("10", "50"));
        }
        if (chance.percent(5)) {
            config.put("__emit.interval.ms.kstreams.outer.join.spurious.results.fix__", chance.of("10", "50"));
        }
        if (chance.percent(4)) {
            config.put("windowstore.changelog.additional.retention.ms", "1000");
        }
        if (chance.percent(6)) {
            config.put("processing.guarantee", "exactly_once_v2");
        }
        if (chance.percent(6)) {
            config.put("dsl.store.suppliers.class", IN_MEMORY);
        }
        return config;
    }
}
