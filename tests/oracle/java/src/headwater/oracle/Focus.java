package headwater.oracle;

import java.util.List;

/** What a random topology is mostly made of: operations come as often as they are listed. */
enum Focus {
    ANYTHING(
        45,
        List.of("filter", "map_values", "rekey", "map", "flat_map", "merge", "split", "repartition", "to_table",
            "process", "process", "look", "join_stream", "join_table", "join_global", "cogroup", "aggregate", "aggregate"),
        List.of("filter", "map_values", "to_stream", "suppress", "join", "join", "join_fk", "aggregate", "aggregate")),
    TABLES(
        85,
        List.of("to_table", "join_table", "aggregate"),
        List.of("filter", "filter", "map_values", "map_values", "to_stream", "join", "join", "join", "join",
            "join_fk", "join_fk", "aggregate", "aggregate", "suppress")),
    WINDOWS(
        25,
        List.of("aggregate", "aggregate", "aggregate", "aggregate", "cogroup", "filter", "rekey", "repartition"),
        List.of("suppress", "suppress", "filter", "map_values", "to_stream", "to_stream", "aggregate")),
    JOINS(
        25,
        List.of("join_stream", "join_stream", "join_table", "join_table", "join_global", "merge", "rekey", "map",
            "aggregate", "to_table", "split"),
        List.of("to_stream", "join", "join", "join_fk", "suppress", "filter"));

    private final int tablePercent;
    private final List<String> onStreams;
    private final List<String> onTables;

    Focus(int tablePercent, List<String> onStreams, List<String> onTables) {
        this.tablePercent = tablePercent;
        this.onStreams = onStreams;
        this.onTables = onTables;
    }

    /** How often a table is worked on where there are streams too. */
    int tablePercent() {
        return tablePercent;
    }

    String onStream(Chance chance) {
        return chance.of(onStreams);
    }

    String onTable(Chance chance) {
        return chance.of(onTables);
    }
}
