package io.tallystream.benchmarks.processor;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Ways of counting. */
enum Contender {
    /** The plain Kafka Streams DSL: one record for each dimension, grouped by key, counted in windows. */
    DSL("plain Kafka Streams DSL"),
    /** Ours, without a look at ids. */
    ENGINE("engine"),
    /** Ours, with deduplication of events that all have an id. */
    ENGINE_DEDUPLICATING("engine, deduplicating"),
    /** A bare consumer, the same parse and heap maps, and no output: what the machine can do at most. */
    BOUND("bound: bare consumer"),
    /** Flink with its state on the heap. */
    FLINK_HEAP("Flink, state on the heap"),
    /** Flink with its state in RocksDB. */
    FLINK_ROCKSDB("Flink, state in RocksDB"),
    /** Flink SQL, in mini-batches and two phases, with its state on the heap. */
    FLINK_SQL("Flink SQL, state on the heap");

    private final String label;

    Contender(String label) {
        this.label = label;
    }

    /** By their names in lower case. */
    static List<Contender> of(List<String> names) {
        return names.stream()
                .map(name -> valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
    }

    /** Their names in lower case. */
    static List<String> names(Set<Contender> contenders) {
        return contenders.stream()
                .map(contender -> contender.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** For people. */
    String label() {
        return label;
    }

    boolean isFlink() {
        return this == FLINK_HEAP || this == FLINK_ROCKSDB || this == FLINK_SQL;
    }
}
