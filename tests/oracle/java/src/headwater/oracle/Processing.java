package headwater.oracle;

import java.util.HashSet;
import java.util.Set;

import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.Stores;

/** {@code process} and {@code process_values}, with the stores that their processors use. */
final class Processing {
    private final StreamsBuilder builder;
    private final Set<String> stores = new HashSet<>();

    Processing(StreamsBuilder builder) {
        this.builder = builder;
    }

    Node process(Op op, Node.Stream from) {
        Op settings = new Op(op.get("processor"));
        String[] stores = stores(settings, from.key());
        ProcessorSupplier<Object, Object, Object, Object> supplier = settings.text("fn").equals("count_on_punctuate")
            ? () -> new CountOnPunctuate(settings)
            : () -> new AnyKeyProcessor(Step.of(settings));
        KStream<Object, Object> processed = op.name() == null
            ? from.dsl().process(supplier, stores)
            : from.dsl().process(supplier, op.named(), stores);
        return new Node.Stream(processed, from.key(), valueType(settings, from.value()));
    }

    Node processValues(Op op, Node.Stream from) {
        Op settings = new Op(op.get("processor"));
        String[] stores = stores(settings, from.key());
        FixedKeyProcessorSupplier<Object, Object, Object> supplier =
            () -> new SameKeyProcessor(Step.of(settings));
        KStream<Object, Object> processed = op.name() == null
            ? from.dsl().processValues(supplier, stores)
            : from.dsl().processValues(supplier, op.named(), stores);
        return new Node.Stream(processed, from.key(), valueType(settings, from.value()));
    }

    private static Type valueType(Op settings, Type input) {
        return switch (settings.text("fn")) {
            case "running_count", "count_on_punctuate" -> Type.LONG;
            case "with_metadata", "stream_time" -> Type.STRING;
            case "dedupe", "add_header", "shift_ts" -> input;
            default -> throw settings.unknown("fn");
        };
    }

    /** Adds the store of a processor when its name occurs for the first time. */
    private String[] stores(Op settings, Type key) {
        if (!settings.has("store")) {
            return new String[0];
        }
        String name = settings.text("store");
        if (stores.add(name)) {
            Serde<Object> keys = key.serde();
            builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(name), keys, Serdes.Long()));
        }
        return new String[] {name};
    }
}
