package headwater.oracle;

import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KGroupedTable;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.SessionWindowedCogroupedKStream;
import org.apache.kafka.streams.kstream.SessionWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindowedCogroupedKStream;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;

/** What an operation gives: an object of the DSL with the types of its keys and values. */
sealed interface Node {
    Type key();

    record Stream(KStream<Object, Object> dsl, Type key, Type value) implements Node {
    }

    record Table(KTable<Object, Object> dsl, Type key, Type value) implements Node {
    }

    record Global(GlobalKTable<Object, Object> dsl, Type key, Type value) implements Node {
    }

    record GroupedStream(KGroupedStream<Object, Object> dsl, Type key, Type value) implements Node {
    }

    record GroupedTable(KGroupedTable<Object, Object> dsl, Type key, Type value) implements Node {
    }

    /** The first aggregator decides the initial value, the type and the session merger. */
    record Cogrouped(CogroupedKStream<Object, Object> dsl, Type key, Function first) implements Node {
    }

    record TimeWindowed(TimeWindowedKStream<Object, Object> dsl, Type key, Type value, long sizeMs) implements Node {
    }

    record SessionWindowed(SessionWindowedKStream<Object, Object> dsl, Type key, Type value) implements Node {
    }

    record TimeWindowedCogrouped(TimeWindowedCogroupedKStream<Object, Object> dsl, Type key, Function first,
                                 long sizeMs) implements Node {
    }

    record SessionWindowedCogrouped(SessionWindowedCogroupedKStream<Object, Object> dsl, Type key, Function first)
        implements Node {
    }
}
