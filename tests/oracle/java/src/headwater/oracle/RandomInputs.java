package headwater.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Random records of few keys and values: mostly in order of time, some late, some after a long gap. */
final class RandomInputs {
    private RandomInputs() {
    }

    /**
     * @param topics the types of values by topic; keys are strings
     * @param unreadable whether some values cannot be read
     */
    static ArrayNode of(Chance chance, Map<String, Type> topics, boolean unreadable) {
        ArrayNode inputs = JsonNodeFactory.instance.arrayNode();
        List<String> names = new ArrayList<>(topics.keySet());
        long latest = chance.of(0, 0, 5, 800, 1200, 100_000);
        int count = chance.between(8, 28);
        int latePercent = chance.of(25, 25, 50);
        int leapPercent = chance.of(0, 0, 0, 3, 10);
        int headersPercent = chance.of(5, 5, 30);
        for (int at = 0; at < count; at++) {
            if (chance.percent(3)) {
                inputs.addObject().put("advance_wall_ms", chance.between(1, 100));
                continue;
            }
            latest += chance.percent(5) ? chance.between(100, 400) : chance.between(0, 25);
            // Whole segments of stores expire at once.
            latest += chance.percent(leapPercent) ? chance.of(30_000, 60_000, 61_000, 200_000) : 0;
            long late = chance.percent(latePercent) ? chance.between(1, chance.of(10, 40, 150)) : 0;
            String topic = chance.of(names);
            ObjectNode record = inputs.addObject()
                .put("topic", topic)
                .put("key", chance.percent(5) ? null : key(chance));
            if (unreadable && topics.get(topic) == Type.LONG && chance.percent(10)) {
                record.put("value_hex", chance.of("", "0102"));
            } else {
                value(chance, record, topics.get(topic));
            }
            record.put("ts", Math.max(0, latest - late));
            if (chance.percent(headersPercent)) {
                ArrayNode headers = record.putArray("headers");
                headers.addArray().add("h1").add(chance.of("", "01", null));
                if (chance.percent(20)) {
                    headers.addArray().add(chance.of("h1", "h3")).add("ff");
                }
            }
        }
        return inputs;
    }

    private static String key(Chance chance) {
        return chance.percent(5) ? chance.of("", "aa", "a@") : chance.of("a", "b", "c", "d");
    }

    private static void value(Chance chance, ObjectNode record, Type type) {
        if (chance.percent(8)) {
            record.putNull("value");
        } else if (type == Type.LONG) {
            record.put("value", chance.between(-3, 20));
        } else {
            String word = chance.of("x", "yy", "zzz", "p", "q", "wwwwww");
            record.put("value", switch (chance.between(0, 4)) {
                case 0 -> chance.of("a", "b", "c", "d") + ":" + word;
                case 1 -> chance.of("p", "q") + "," + word;
                default -> word;
            });
        }
    }
}
