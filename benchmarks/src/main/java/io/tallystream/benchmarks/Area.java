package io.tallystream.benchmarks;

import io.tallystream.benchmarks.endtoend.EndToEndBenchmark;
import io.tallystream.benchmarks.footprint.FootprintBenchmark;
import io.tallystream.benchmarks.gateway.FloodBenchmark;
import io.tallystream.benchmarks.gateway.GatewayBenchmark;
import io.tallystream.benchmarks.processor.FreshnessBenchmark;
import io.tallystream.benchmarks.processor.HeapBenchmark;
import io.tallystream.benchmarks.processor.ScaleBenchmark;
import io.tallystream.benchmarks.processor.ThroughputBenchmark;
import io.tallystream.benchmarks.query.QueryBenchmark;
import io.tallystream.benchmarks.sink.MemoryBenchmark;
import io.tallystream.benchmarks.sink.WriteBenchmark;
import java.util.List;
import java.util.Map;

/**
 * Something that can be measured.
 *
 * @param label as on the command line
 * @param description what it measures, beside what
 * @param choices what can be chosen
 */
record Area(String label, String description, Benchmark benchmark, List<Choice> choices) {
    private static final int SECONDS = 3_600;
    private static final int EVENTS = 1_000_000_000;
    private static final int USERS = 10_000_000;
    private static final int ENDPOINTS = 100_000;
    private static final int PARTITIONS = 1_000;
    private static final int THREADS = 256;
    private static final int PER_SECOND = 1_000_000;
    private static final int BATCH = 10_000;
    private static final int SHORTEST_INTERVAL = 10;
    // Kafka gives a transaction up after ten seconds.
    private static final int LONGEST_INTERVAL = 9_999;

    /** All there are: a table, so as long as it takes. */
    static List<Area> all() {
        return List.of(
                new Area(
                        "gateway",
                        "events per second acknowledged over HTTP, beside the design that is replaced, a bare echo and a bare producer",
                        new GatewayBenchmark(),
                        List.of(
                                Choice.whole("seconds", 1, SECONDS),
                                Choice.whole("warm-up", 0, SECONDS),
                                Choice.wholes("connections", 1, 10_000),
                                Choice.wholes("batches", 1, BATCH),
                                Choice.whole("threads", 1, THREADS),
                                Choice.whole("partitions", 1, PARTITIONS),
                                Choice.folder("replaced"))),
                new Area(
                        "flood",
                        "how long requests of one API key take beside another key that floods, and alone",
                        new FloodBenchmark(),
                        List.of(
                                Choice.whole("seconds", 1, SECONDS),
                                Choice.whole("rate", 1, PER_SECOND),
                                Choice.whole("times", 1, 1_000))),
                new Area(
                        "query",
                        "how long answers of the query API take, beside SQL and a bare command of Redis",
                        new QueryBenchmark(),
                        List.of(
                                Choice.whole("rate", 1, PER_SECOND),
                                Choice.whole("seconds", 1, SECONDS),
                                Choice.whole("warm-up", 0, SECONDS),
                                Choice.wholes("days", 1, 400),
                                Choice.whole("endpoints", 1, ENDPOINTS),
                                Choice.whole("users", 1, USERS),
                                Choice.whole("rows", 1, 5_000_000))),
                new Area(
                        "end-to-end",
                        "how long after its 202 an event is visible in the query API, while others keep coming",
                        new EndToEndBenchmark(),
                        List.of(
                                Choice.whole("rate", 1, PER_SECOND),
                                Choice.whole("batch", 1, BATCH),
                                Choice.whole("probes", 1, 100_000),
                                Choice.whole("warm-up", 0, SECONDS),
                                Choice.whole("partitions", 1, PARTITIONS))),
                new Area(
                        "footprint",
                        "memory of ./tallystream demo, and how soon it is ready",
                        new FootprintBenchmark(),
                        List.of(Choice.whole("seconds", 1, SECONDS))),
                new Area(
                        "processor",
                        "events per second counted, beside the plain DSL, Flink and the bound",
                        new ThroughputBenchmark(),
                        List.of(
                                Choice.whole("events", 1, EVENTS),
                                Choice.whole("user-events", 1, EVENTS),
                                Choice.whole("sql-events", 1, EVENTS),
                                Choice.whole("dsl-events", 1, EVENTS),
                                Choice.whole("users", 1, USERS),
                                Choice.whole("endpoints", 1, ENDPOINTS),
                                Choice.wholes("intervals", SHORTEST_INTERVAL, LONGEST_INTERVAL),
                                Choice.whole("threads", 1, THREADS),
                                Choice.heap("heap"),
                                Choice.someOf("contenders", ThroughputBenchmark.CONTENDERS))),
                new Area(
                        "freshness",
                        "milliseconds from an event's append to its visible count, beside Flink",
                        new FreshnessBenchmark(),
                        List.of(
                                Choice.whole("rate", 1, PER_SECOND),
                                Choice.whole("warm-up", 0, SECONDS),
                                Choice.whole("seconds", 1, SECONDS),
                                Choice.whole("users", 1, USERS),
                                Choice.whole("endpoints", 1, ENDPOINTS),
                                Choice.wholes("intervals", SHORTEST_INTERVAL, LONGEST_INTERVAL),
                                Choice.whole("threads", 1, THREADS),
                                Choice.heap("heap"),
                                Choice.someOf("contenders", FreshnessBenchmark.CONTENDERS))),
                new Area(
                        "heap",
                        "memory of a processor while users and endpoints grow in number",
                        new HeapBenchmark(),
                        List.of(
                                Choice.whole("events", 1, EVENTS),
                                Choice.whole("parts", 1, 1_000),
                                Choice.whole("users", 1, USERS),
                                Choice.whole("endpoints", 1, ENDPOINTS),
                                Choice.heap("heap"))),
                new Area(
                        "scale",
                        "the processor by threads, users, endpoints, and its restart by state",
                        new ScaleBenchmark(),
                        List.of(
                                Choice.whole("events", 1, EVENTS),
                                Choice.wholes("threads", 1, THREADS),
                                Choice.wholes("users", 1, USERS),
                                Choice.wholes("endpoints", 1, ENDPOINTS),
                                Choice.whole("interval", SHORTEST_INTERVAL, LONGEST_INTERVAL),
                                Choice.heap("heap"),
                                Choice.someOf("parts", ScaleBenchmark.PARTS))),
                new Area(
                        "sink",
                        "updates per second written to Redis, beside redis-benchmark",
                        new WriteBenchmark(),
                        List.of(Choice.whole("seconds", 1, SECONDS), Choice.whole("batch", 1, BATCH))),
                new Area(
                        "redis-memory",
                        "bytes of Redis for each counter, beside a string key for each",
                        new MemoryBenchmark(),
                        List.of()));
    }

    /** Whether there is such a choice. */
    boolean has(String option) {
        return choices.stream().anyMatch(choice -> choice.name().equals(option));
    }

    /**
     * Returns if what was chosen of this can be.
     *
     * @throws BadOptionException if not
     */
    void check(Map<String, String> options) {
        for (Choice choice : choices) {
            if (options.containsKey(choice.name())) {
                choice.check(options.get(choice.name()));
            }
        }
    }
}
