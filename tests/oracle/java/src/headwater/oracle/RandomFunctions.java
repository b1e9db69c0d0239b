package headwater.oracle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Random functions that fit the types they are given. */
final class RandomFunctions {
    private final Chance chance;

    RandomFunctions(Chance chance) {
        this.chance = chance;
    }

    ObjectNode value(Type type) {
        return type == Type.LONG
            ? chance.of(
                function("identity"), function("add", chance.between(1, 9)), function("mul", chance.between(2, 3)),
                function("mod", chance.between(2, 4)), function("to_string"), function("null_if", "1"),
                function("append", ":k"), function("key_value"))
            : chance.of(
                function("identity"), function("upper"), function("append", chance.of("!", ",z", ":k")),
                function("repeat", 2), function("length"), function("before", ":"), function("null_if", "p"),
                function("key_value"));
    }

    ObjectNode flat(Type type) {
        return type != Type.LONG && chance.percent(50)
            ? function("split", ",")
            : function("times", chance.between(0, 3));
    }

    /** A string key, whatever the key is now. */
    ObjectNode key(Type key, Type value) {
        if (key.inner() != null) {
            return chance.of(function("label"), function("unwindow"));
        }
        return value == Type.LONG
            ? chance.of(function("key"), function("value"), function("mod", chance.between(2, 3)),
                function("const", "one"), function("concat", "x"))
            : chance.of(function("key"), function("value"), function("prefix", 1), function("before", ":"),
                function("after", ":"), function("const", "one"), function("concat", "x"));
    }

    /** A foreign key of a value. */
    ObjectNode foreignKey() {
        return chance.of(function("prefix", 1), function("before", ":"));
    }

    ObjectNode predicate(Type type) {
        return type == Type.LONG
            ? chance.of(function("gt", chance.between(0, 10)), function("lt", chance.between(0, 10)),
                function("even"), function("not_null"), function("key_eq", chance.of("a", "b", "c", "d")))
            : chance.of(function("longer", chance.between(1, 3)), function("contains", chance.of(":", ",", "q")),
                function("not_null"), function("key_eq", chance.of("a", "b", "c", "d")));
    }

    ObjectNode joiner(Type left, Type right) {
        if (left == Type.LONG && right == Type.LONG && chance.percent(30)) {
            return function("sum");
        }
        String name = chance.percent(20) ? "concat_or_null" : "concat";
        return function(name, chance.of("+", "/", ":"));
    }

    ObjectNode aggregator(Type type) {
        return type == Type.LONG
            ? chance.of(function("concat"), function("concat"), function("sum"), function("null_on", "5"))
            : chance.of(function("concat"), function("concat"), function("null_on", "p"), function("chars"));
    }

    /** An aggregator that makes strings, as all of a cogroup do. */
    ObjectNode stringAggregator() {
        return chance.of(function("concat"), function("concat"), function("null_on", "p"));
    }

    ObjectNode reducer(Type type) {
        return type == Type.LONG
            ? chance.of(function("sum"), function("max"), function("first"), function("last"))
            : chance.of(function("concat"), function("first"), function("last"), function("null_on", "p"));
    }

    /** An adder or subtractor of a table; both must agree. */
    ObjectNode fold(Type type) {
        return type == Type.LONG ? function("sum") : function("concat");
    }

    private static ObjectNode function(String name) {
        return JsonNodeFactory.instance.objectNode().put("fn", name);
    }

    private static ObjectNode function(String name, String argument) {
        return function(name).put("arg", argument);
    }

    private static ObjectNode function(String name, int argument) {
        return function(name).put("arg", argument);
    }
}
