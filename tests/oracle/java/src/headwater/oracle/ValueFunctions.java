package headwater.oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

import org.apache.kafka.streams.kstream.ValueMapper;
import org.apache.kafka.streams.kstream.ValueMapperWithKey;

/** Functions of a value: one to one, and one to many. */
final class ValueFunctions {
    private ValueFunctions() {
    }

    /** The type that the function gives for values of {@code input}. */
    static Type type(Function function, Type input) {
        return switch (function.name()) {
            case "identity", "null_if", "fail_on" -> input;
            case "length", "add", "mul", "mod" -> Type.LONG;
            case "upper", "append", "repeat", "to_string", "before", "const", "key_value" -> Type.STRING;
            default -> throw function.unknown("value function");
        };
    }

    static ValueMapperWithKey<Object, Object, Object> mapper(Function function) {
        return switch (function.name()) {
            case "const" -> (key, value) -> function.text();
            case "key_value" -> (key, value) -> Text.of(key) + ":" + Text.of(value);
            default -> (key, value) -> value == null ? null : apply(function, value);
        };
    }

    /** The parts of a value; none of null. */
    static ValueMapper<Object, Iterable<Object>> flat(Function function) {
        return switch (function.name()) {
            case "split" -> value -> value == null ? List.of() : split(Text.of(value), function.text());
            case "times" -> value -> value == null ? List.of() : Collections.nCopies(function.count(), value);
            default -> throw function.unknown("flat function");
        };
    }

    private static Object apply(Function function, Object value) {
        return switch (function.name()) {
            case "identity" -> value;
            case "upper" -> ((String) value).toUpperCase(Locale.ROOT);
            case "append" -> Text.of(value) + function.text();
            case "repeat" -> ((String) value).repeat(function.count());
            case "length" -> (long) ((String) value).length();
            case "add" -> (Long) value + function.number();
            case "mul" -> (Long) value * function.number();
            case "mod" -> (Long) value % function.number();
            case "to_string" -> Text.of(value);
            case "before" -> Text.before((String) value, function.text());
            case "null_if" -> Text.of(value).equals(function.text()) ? null : value;
            case "fail_on" -> failOn(function.text(), value);
            default -> throw function.unknown("value function");
        };
    }

    private static Object failOn(String trigger, Object value) {
        if (Text.of(value).equals(trigger)) {
            throw new IllegalStateException("boom");
        }
        return value;
    }

    private static List<Object> split(String text, String separator) {
        List<Object> parts = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }
}
