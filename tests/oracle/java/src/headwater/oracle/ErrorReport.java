package headwater.oracle;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An exception and its causes, with where it happened. */
final class ErrorReport {
    /** Starts the stack trace that Streams appends to some messages. */
    private static final String STACK_TRACE = ", stacktrace=";

    private ErrorReport() {
    }

    static ObjectNode of(String at, Throwable thrown) {
        ObjectNode error = JsonNodeFactory.instance.objectNode().put("at", at);
        ArrayNode chain = error.putArray("chain");
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            chain.addObject()
                .put("class", cause.getClass().getName())
                .put("message", withoutStackTrace(cause.getMessage()));
        }
        return error;
    }

    private static String withoutStackTrace(String message) {
        if (message == null) {
            return null;
        }
        int at = message.indexOf(STACK_TRACE);
        return at < 0 ? message : message.substring(0, at);
    }
}
