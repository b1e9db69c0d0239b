package headwater.oracle;

import org.apache.kafka.streams.kstream.Aggregator;
import org.apache.kafka.streams.kstream.Initializer;
import org.apache.kafka.streams.kstream.Merger;
import org.apache.kafka.streams.kstream.Reducer;

/** Functions that fold values: aggregators with their initial values and session mergers, and reducers. */
final class Aggregators {
    private Aggregators() {
    }

    static Type type(Function function) {
        return switch (function.name()) {
            case "concat", "null_on" -> Type.STRING;
            case "sum", "chars" -> Type.LONG;
            default -> throw function.unknown("aggregator");
        };
    }

    static Initializer<Object> initial(Function function) {
        Object value = type(function) == Type.LONG ? (Object) 0L : "";
        return () -> value;
    }

    static Merger<Object, Object> merger(Function function) {
        return type(function) == Type.LONG
            ? (key, a, b) -> (Long) a + (Long) b
            : (key, a, b) -> Text.of(a) + "|" + Text.of(b);
    }

    static Aggregator<Object, Object, Object> aggregator(Function function, Side side) {
        return switch (function.name()) {
            case "concat" -> (key, value, aggregate) -> concat(aggregate, value, side);
            case "null_on" -> (key, value, aggregate) ->
                Text.of(value).equals(function.text()) ? null : concat(aggregate, value, side);
            case "sum" -> (key, value, aggregate) -> sum(aggregate, value, side);
            case "chars" -> (key, value, aggregate) -> sum(aggregate, (long) ((String) value).length(), side);
            default -> throw function.unknown("aggregator");
        };
    }

    static Reducer<Object> reducer(Function function, Side side) {
        return switch (function.name()) {
            case "concat" -> (old, value) -> concat(old, value, side);
            case "null_on" -> (old, value) ->
                Text.of(value).equals(function.text()) ? null : concat(old, value, side);
            case "sum" -> (old, value) -> sum(old, value, side);
            case "max" -> (old, value) -> Math.max((Long) old, (Long) value);
            case "first" -> (old, value) -> old;
            case "last" -> (old, value) -> value;
            default -> throw function.unknown("reducer");
        };
    }

    private static Object concat(Object aggregate, Object value, Side side) {
        return Text.of(aggregate) + side.separator + Text.of(value);
    }

    private static Object sum(Object aggregate, Object value, Side side) {
        return (Long) aggregate + side.sign * (Long) value;
    }
}
