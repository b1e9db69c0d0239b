package headwater.oracle;

import java.lang.reflect.Field;
import java.util.Optional;

/** Reads private fields of Kafka Streams that no method shows. */
final class Reflection {
    private Reflection() {
    }

    /** The value of a field of the object's class or of a class above it; none when there is no such field. */
    static Optional<Object> field(Object object, String name) {
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            try {
                Field field = type.getDeclaredField(name);
                field.setAccessible(true);
                return Optional.ofNullable(field.get(object));
            } catch (NoSuchFieldException next) {
                continue;
            } catch (IllegalAccessException refused) {
                throw new IllegalStateException(refused);
            }
        }
        return Optional.empty();
    }

    static <T> T field(Object object, String name, Class<T> type) {
        return type.cast(field(object, name).orElseThrow(
            () -> new IllegalStateException(object.getClass().getName() + " has no field " + name)));
    }
}
