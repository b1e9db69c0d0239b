package headwater.oracle;

import java.time.Duration;

import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.SessionWindowedKStream;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindows;

/** {@code windowed_by} on grouped and cogrouped streams. */
final class Windowing {
    private Windowing() {
    }

    static Node of(Op op, Node.GroupedStream from) {
        Op window = new Op(op.get("window"));
        return switch (window.text("type")) {
            case "session" -> {
                SessionWindowedKStream<Object, Object> windowed = from.dsl().windowedBy(sessions(window));
                yield new Node.SessionWindowed(
                    op.has("emit") ? windowed.emitStrategy(emit(op)) : windowed, from.key(), from.value());
            }
            case "sliding" -> timeWindowed(op, from, from.dsl().windowedBy(sliding(window)), sizeMs(window));
            default -> timeWindowed(op, from, from.dsl().windowedBy(times(window)), sizeMs(window));
        };
    }

    static Node of(Op op, Node.Cogrouped from) {
        Op window = new Op(op.get("window"));
        return switch (window.text("type")) {
            case "session" -> new Node.SessionWindowedCogrouped(
                from.dsl().windowedBy(sessions(window)), from.key(), from.first());
            case "sliding" -> new Node.TimeWindowedCogrouped(
                from.dsl().windowedBy(sliding(window)), from.key(), from.first(), sizeMs(window));
            default -> new Node.TimeWindowedCogrouped(
                from.dsl().windowedBy(times(window)), from.key(), from.first(), sizeMs(window));
        };
    }

    private static Node timeWindowed(
        Op op,
        Node.GroupedStream from,
        TimeWindowedKStream<Object, Object> windowed,
        long sizeMs
    ) {
        return new Node.TimeWindowed(
            op.has("emit") ? windowed.emitStrategy(emit(op)) : windowed, from.key(), from.value(), sizeMs);
    }

    private static long sizeMs(Op window) {
        return window.get(window.text("type").equals("sliding") ? "diff_ms" : "size_ms").longValue();
    }

    private static TimeWindows times(Op window) {
        Duration size = window.millis("size_ms");
        TimeWindows windows = window.has("grace_ms")
            ? TimeWindows.ofSizeAndGrace(size, window.millis("grace_ms"))
            : TimeWindows.ofSizeWithNoGrace(size);
        return switch (window.text("type")) {
            case "tumbling" -> windows;
            case "hopping" -> windows.advanceBy(window.millis("advance_ms"));
            default -> throw window.unknown("type");
        };
    }

    private static SlidingWindows sliding(Op window) {
        Duration difference = window.millis("diff_ms");
        return window.has("grace_ms")
            ? SlidingWindows.ofTimeDifferenceAndGrace(difference, window.millis("grace_ms"))
            : SlidingWindows.ofTimeDifferenceWithNoGrace(difference);
    }

    private static SessionWindows sessions(Op window) {
        Duration gap = window.millis("gap_ms");
        return window.has("grace_ms")
            ? SessionWindows.ofInactivityGapAndGrace(gap, window.millis("grace_ms"))
            : SessionWindows.ofInactivityGapWithNoGrace(gap);
    }

    private static EmitStrategy emit(Op op) {
        return switch (op.text("emit")) {
            case "on_window_update" -> EmitStrategy.onWindowUpdate();
            case "on_window_close" -> EmitStrategy.onWindowClose();
            default -> throw op.unknown("emit");
        };
    }
}
