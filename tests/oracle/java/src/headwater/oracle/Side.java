package headwater.oracle;

/** Where an aggregator or reducer stands; it decides the separator of texts and the sign of numbers. */
enum Side {
    STREAM(",", 1),
    ADDER("+", 1),
    SUBTRACTOR("-", -1);

    final String separator;
    final int sign;

    Side(String separator, int sign) {
        this.separator = separator;
        this.sign = sign;
    }
}
