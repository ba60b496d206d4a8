package io.tallystream.benchmarks;

import io.tallystream.benchmarks.sink.WriteBenchmark;
import java.util.List;

/**
 * Something that can be measured.
 *
 * @param label as on the command line
 * @param description what it measures, beside what
 * @param options the names of what can be chosen
 */
record Area(String label, String description, Benchmark benchmark, List<String> options) {
    /** All there are. */
    static List<Area> all() {
        return List.of(new Area(
                "sink",
                "updates per second written to Redis, beside redis-benchmark",
                new WriteBenchmark(),
                List.of("seconds", "batch")));
    }
}
