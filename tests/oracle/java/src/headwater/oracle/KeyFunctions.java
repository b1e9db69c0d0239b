package headwater.oracle;

import java.util.function.UnaryOperator;

import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Windowed;

/** Functions that choose a key. */
final class KeyFunctions {
    private KeyFunctions() {
    }

    /** The type that the function gives where the key has type {@code key}. */
    static Type type(Function function, Type key) {
        return switch (function.name()) {
            case "key" -> key;
            case "value_long" -> Type.LONG;
            case "unwindow" -> key.inner();
            default -> Type.STRING;
        };
    }

    static KeyValueMapper<Object, Object, Object> mapper(Function function) {
        return switch (function.name()) {
            case "key" -> (key, value) -> key;
            case "null" -> (key, value) -> null;
            case "const" -> (key, value) -> function.text();
            case "value" -> ofValue(text -> text);
            case "value_long" -> (key, value) -> value;
            case "prefix" -> ofValue(text -> Text.prefix(text, function.count()));
            case "before" -> ofValue(text -> Text.before(text, function.text()));
            case "after" -> ofValue(text -> Text.after(text, function.text()));
            case "mod" -> (key, value) -> value == null ? null : Long.toString((Long) value % function.number());
            case "concat" -> ofKey(text -> text + function.text());
            case "key_prefix" -> ofKey(text -> Text.prefix(text, function.count()));
            case "unwindow" -> (key, value) -> key == null ? null : ((Windowed<?>) key).key();
            case "label" -> ofKey(text -> text);
            default -> throw function.unknown("key function");
        };
    }

    private static KeyValueMapper<Object, Object, Object> ofValue(UnaryOperator<String> make) {
        return (key, value) -> value == null ? null : make.apply(Text.of(value));
    }

    private static KeyValueMapper<Object, Object, Object> ofKey(UnaryOperator<String> make) {
        return (key, value) -> key == null ? null : make.apply(Text.of(key));
    }
}
