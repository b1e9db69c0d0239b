package headwater.oracle;

import java.util.List;
import java.util.Random;

/** Random choices; all of one spec come from one generator, so that its seed repeats them. */
record Chance(Random random) {
    boolean percent(int percent) {
        return random.nextInt(100) < percent;
    }

    /** A number from {@code low} to {@code high}, both included. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
