package headwater.oracle;

/** A spec that does not follow the format: the recorder reports it instead of recording an error of Kafka Streams. */
final class SpecException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SpecException(String message) {
        super(message);
    }
}
