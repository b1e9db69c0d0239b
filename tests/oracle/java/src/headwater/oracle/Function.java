package headwater.oracle;

import com.fasterxml.jackson.databind.JsonNode;

/** A function that a spec names, with its argument: {@code {"fn": …, "arg": …}}. */
record Function(String name, JsonNode arg) {
    static Function of(JsonNode json) {
        if (json == null || !json.hasNonNull("fn")) {
            throw new SpecException("a function is missing where one is needed");
        }
        return new Function(json.get("fn").textValue(), json.get("arg"));
    }

    String text() {
        return argument().asText();
    }

    long number() {
        return argument().longValue();
    }

    int count() {
        return argument().intValue();
    }

    SpecException unknown(String kind) {
        return new SpecException("unknown " + kind + " " + name);
    }

    private JsonNode argument() {
        if (arg == null) {
            throw new SpecException("function " + name + " needs an arg");
        }
        return arg;
    }
}
