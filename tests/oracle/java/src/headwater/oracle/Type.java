package headwater.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.WindowedSerdes;

/**
 * A type of keys or values: its bytes in topics and its form in JSON.
 *
 * @param inner the type of the key inside a windowed key, null for plain types
 */
record Type(String name, Serde<Object> serde, Type inner) {
    static final Type STRING = plain("string", Serdes.String());
    static final Type LONG = plain("long", Serdes.Long());
    static final Type INTEGER = plain("integer", Serdes.Integer());
    static final Type DOUBLE = plain("double", Serdes.Double());
    static final Type BYTES = plain("bytes", Serdes.ByteArray());

    static Type named(String name) {
        return switch (name) {
            case "string" -> STRING;
            case "long" -> LONG;
            case "integer" -> INTEGER;
            case "double" -> DOUBLE;
            case "bytes" -> BYTES;
            default -> throw new SpecException("unknown type " + name);
        };
    }

    static Type timeWindowed(Type inner, long sizeMs) {
        return new Type("windowed", erased(new WindowedSerdes.TimeWindowedSerde<>(inner.serde, sizeMs)), inner);
    }

    static Type sessionWindowed(Type inner) {
        return new Type("windowed", erased(new WindowedSerdes.SessionWindowedSerde<>(inner.serde)), inner);
    }

    /** The bytes of a key or value as a case writes it; null for an absent one. */
    byte[] bytes(String topic, JsonNode json) {
        if (json == null || json.isNull()) {
            return null;
        }
        Object value = switch (name) {
            case "string" -> json.textValue();
            case "long" -> json.longValue();
            case "integer" -> json.intValue();
            case "double" -> json.doubleValue();
            case "bytes" -> Hex.parse(json.textValue());
            default -> throw new SpecException("an input cannot have a " + name + " key");
        };
        return serde.serializer().serialize(topic, value);
    }

    private static Type plain(String name, Serde<?> serde) {
        return new Type(name, erased(serde), null);
    }

    @SuppressWarnings("unchecked")
    private static Serde<Object> erased(Serde<?> serde) {
        return (Serde<Object>) serde;
    }
}
