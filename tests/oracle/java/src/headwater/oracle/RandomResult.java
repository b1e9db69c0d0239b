package headwater.oracle;

/** A stream or table that later operations may use. */
final class RandomResult {
    final String id;
    final Type key;
    final Type value;
    final boolean versioned;
    /** Whether suppressing until the window closes is allowed. */
    final boolean closes;
    boolean used;

    RandomResult(String id, Type key, Type value) {
        this(id, key, value, false, false);
    }

    RandomResult(String id, Type key, Type value, boolean versioned, boolean closes) {
        this.id = id;
        this.key = key;
        this.value = value;
        this.versioned = versioned;
        this.closes = closes;
    }

    boolean windowed() {
        return key.inner() != null;
    }
}
