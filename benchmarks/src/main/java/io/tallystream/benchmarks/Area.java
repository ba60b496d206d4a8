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
        return List.of(
                new Area(
                        "gateway",
                        "events per second acknowledged over HTTP, beside the design that is replaced, a bare echo and a bare producer",
                        new GatewayBenchmark(),
                        List.of("seconds", "warm-up", "connections", "batches", "threads", "partitions", "replaced")),
                new Area(
                        "flood",
                        "how long requests of one API key take beside another key that floods, and alone",
                        new FloodBenchmark(),
                        List.of("seconds", "rate", "times")),
                new Area(
                        "query",
                        "how long answers of the query API take, beside SQL and a bare command of Redis",
                        new QueryBenchmark(),
                        List.of("rate", "seconds", "warm-up", "days", "endpoints", "users", "rows")),
                new Area(
                        "end-to-end",
                        "how long after its 202 an event is visible in the query API, while others keep coming",
                        new EndToEndBenchmark(),
                        List.of("rate", "batch", "probes", "warm-up", "partitions")),
                new Area(
                        "footprint",
                        "memory of ./tallystream demo, and how soon it is ready",
                        new FootprintBenchmark(),
                        List.of("seconds")),
                new Area(
                        "processor",
                        "events per second counted, beside the plain DSL, Flink and the bound",
                        new ThroughputBenchmark(),
                        List.of(
                                "events",
                                "user-events",
                                "sql-events",
                                "dsl-events",
                                "users",
                                "endpoints",
                                "intervals",
                                "threads",
                                "heap",
                                "contenders")),
                new Area(
                        "freshness",
                        "milliseconds from an event's append to its visible count, beside Flink",
                        new FreshnessBenchmark(),
                        List.of(
                                "rate",
                                "warm-up",
                                "seconds",
                                "users",
                                "endpoints",
                                "intervals",
                                "threads",
                                "heap",
                                "contenders")),
                new Area(
                        "heap",
                        "memory of a processor while users and endpoints grow in number",
                        new HeapBenchmark(),
                        List.of("events", "parts", "users", "endpoints", "heap")),
                new Area(
                        "scale",
                        "the processor by threads, users, endpoints, and its restart by state",
                        new ScaleBenchmark(),
                        List.of("events", "threads", "users", "endpoints", "interval", "heap", "parts")),
                new Area(
                        "sink",
                        "updates per second written to Redis, beside redis-benchmark",
                        new WriteBenchmark(),
                        List.of("seconds", "batch")),
                new Area(
                        "redis-memory",
                        "bytes of Redis for each counter, beside a string key for each",
                        new MemoryBenchmark(),
                        List.of()));
    }
}
