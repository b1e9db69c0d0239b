package headwater.oracle;

import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.kstream.Named;

/** One operation of a spec's topology. */
record Op(JsonNode json) {
    String op() {
        return text("op");
    }

    /** The id of the result. */
    String id() {
        return text("id");
    }

    /** Its name, null for a generated one. */
    String name() {
        return json.path("name").textValue();
    }

    Named named() {
        return name() == null ? null : Named.as(name());
    }

    boolean has(String field) {
        return json.hasNonNull(field);
    }

    boolean is(String field, boolean value) {
        return has(field) && json.get(field).booleanValue() == value;
    }

    JsonNode get(String field) {
        if (!has(field)) {
            throw new SpecException(json.path("op").asText("op") + " " + json.path("id").asText("")
                + " lacks " + field);
        }
        return json.get(field);
    }

    String text(String field) {
        return get(field).textValue();
    }

    Duration millis(String field) {
        return Duration.ofMillis(get(field).longValue());
    }

    Function function(String field) {
        return Function.of(get(field));
    }

    SpecException unknown(String field) {
        return new SpecException("unknown " + field + " " + json.get(field) + " of " + json);
    }
}
