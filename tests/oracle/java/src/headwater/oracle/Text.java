package headwater.oracle;

import org.apache.kafka.streams.kstream.Windowed;

/** The format's {@code text(x)}. */
final class Text {
    private Text() {
    }

    static String of(Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof byte[] bytes) {
            return Hex.of(bytes);
        }
        if (value instanceof Windowed<?> windowed) {
            return of(windowed.key()) + "@" + windowed.window().start() + "/" + windowed.window().end();
        }
        return value.toString();
    }

    /** The part before the first {@code separator}; null without one. */
    static String before(String text, String separator) {
        int at = text.indexOf(separator);
        return at < 0 ? null : text.substring(0, at);
    }

    /** The part after the first {@code separator}; null without one. */
    static String after(String text, String separator) {
        int at = text.indexOf(separator);
        return at < 0 ? null : text.substring(at + separator.length());
    }

    /** The first {@code length} characters, fewer if there are no more. */
    static String prefix(String text, int length) {
        return text.substring(0, Math.min(length, text.length()));
    }
}
