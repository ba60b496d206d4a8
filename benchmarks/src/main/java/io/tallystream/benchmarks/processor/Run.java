package io.tallystream.benchmarks.processor;

import io.tallystream.processor.ProcessorConfig;
import io.tallystream.runtime.config.Environment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;

/**
 * Where and how a contender runs.
 *
 * @param application its group in Kafka
 * @param folder for its state
 * @param servers of Kafka
 * @param commitIntervalMs from one commit, or checkpoint, to the next
 * @param threads that count
 * @param zone whose hours and days are counted
 */
record Run(String application, Path folder, String servers, int commitIntervalMs, int threads, ZoneId zone) {
    /** In UTC. */
    Run(String application, Path folder, String servers, int commitIntervalMs, int threads) {
        this(application, folder, servers, commitIntervalMs, threads, ZoneOffset.UTC);
    }

    /** Of another application, with a state of its own. */
    Run as(String name) {
        return new Run(name, folder, servers, commitIntervalMs, threads, zone);
    }

    /** Where it keeps what it has to. */
    Path data() {
        return folder.resolve(application);
    }

    /** The processor's settings for it. */
    Map<String, String> variables() {
        return Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", servers,
                "PARTITIONS", Integer.toString(EventTopics.PARTITIONS),
                "DATA_DIR", data().toString(),
                "TIME_ZONE", zone.getId(),
                "COMMIT_INTERVAL", Duration.ofMillis(commitIntervalMs).toString(),
                "KAFKA_STREAMS_NUM_STREAM_THREADS", Integer.toString(threads));
    }

    ProcessorConfig config() {
        return new Environment(variables()).read(ProcessorConfig::from);
    }
}
