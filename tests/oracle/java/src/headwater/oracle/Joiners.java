package headwater.oracle;

import org.apache.kafka.streams.kstream.ValueJoiner;

/** Functions that make one value of two. */
final class Joiners {
    private Joiners() {
    }

    static Type type(Function function, Type left, Type right) {
        return switch (function.name()) {
            case "concat", "concat_or_null" -> Type.STRING;
            case "left" -> left;
            case "right" -> right;
            case "sum" -> Type.LONG;
            default -> throw function.unknown("joiner");
        };
    }

    static ValueJoiner<Object, Object, Object> of(Function function) {
        return switch (function.name()) {
            case "concat" -> (left, right) -> Text.of(left) + function.text() + Text.of(right);
            case "concat_or_null" -> (left, right) ->
                left == null || right == null ? null : Text.of(left) + function.text() + Text.of(right);
            case "left" -> (left, right) -> left;
            case "right" -> (left, right) -> right;
            case "sum" -> (left, right) -> orZero(left) + orZero(right);
            default -> throw function.unknown("joiner");
        };
    }

    private static long orZero(Object value) {
        return value == null ? 0 : (Long) value;
    }
}
