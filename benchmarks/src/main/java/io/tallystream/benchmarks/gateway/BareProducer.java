package io.tallystream.benchmarks.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.benchmarks.process.Child;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.benchmarks.report.ProcessUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A Kafka producer with the gateway's settings that sends what the gateway has sent before, as fast as Kafka takes it and without
 * anybody to answer to: what {@code kafka-producer-perf-test} does. In a process of its own.
 *
 * @param kafka with events of a gateway
 */
record BareProducer(String kafka, int partitions, Path folder) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration BESIDE_SENDING = Duration.ofSeconds(60);

    /**
     * What came of a run.
     *
     * @param acknowledged events while it was measured
     * @param total events, with those before
     */
    record Result(Measurement measurement, long acknowledged, long total) {}

    /** Runs it. For the compilers, it sends for a while before it is measured. */
    Result run(int warmUpSeconds, int seconds) throws IOException, InterruptedException {
        Map<String, String> settings = Gateway.settings(kafka);
        settings.put(BareProducerMain.PARTITIONS, Integer.toString(partitions));
        Child.Program program = Child.Program.jvm(
                "bare-producer",
                BareProducerMain.class,
                settings,
                folder,
                Integer.toString(warmUpSeconds),
                Integer.toString(seconds));
        try (Child child = Child.start(program, folder)) {
            String output = child.awaitEnd(BESIDE_SENDING.plusSeconds(warmUpSeconds + seconds));
            String last = output.lines().reduce((before, line) -> line).orElse("");
            JsonNode result = MAPPER.readTree(last);
            long acknowledged = result.path("acknowledged").asLong();
            ProcessUsage.Spent spent = new ProcessUsage.Spent(
                    Duration.ofNanos(result.path("cpu_nanos").asLong()),
                    result.path("peak_bytes").asLong());
            return new Result(
                    Measurement.of(result.path("per_second").asDouble(), spent, acknowledged),
                    acknowledged,
                    result.path("total").asLong());
        }
    }
}
