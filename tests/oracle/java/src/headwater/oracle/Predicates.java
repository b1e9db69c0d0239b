package headwater.oracle;

import org.apache.kafka.streams.kstream.Predicate;

/** Functions that say yes or no; of a null value (or, for {@code key_eq}, a null key) always no. */
final class Predicates {
    private Predicates() {
    }

    static Predicate<Object, Object> of(Function function) {
        return switch (function.name()) {
            case "true" -> (key, value) -> true;
            case "false" -> (key, value) -> false;
            case "key_eq" -> (key, value) -> key != null && Text.of(key).equals(function.text());
            default -> (key, value) -> value != null && holds(function, value);
        };
    }

    private static boolean holds(Function function, Object value) {
        return switch (function.name()) {
            case "gt" -> (Long) value > function.number();
            case "lt" -> (Long) value < function.number();
            case "even" -> (Long) value % 2 == 0;
            case "eq" -> Text.of(value).equals(function.text());
            case "contains" -> Text.of(value).contains(function.text());
            case "longer" -> Text.of(value).length() > function.count();
            case "not_null" -> true;
            default -> throw function.unknown("predicate");
        };
    }
}
