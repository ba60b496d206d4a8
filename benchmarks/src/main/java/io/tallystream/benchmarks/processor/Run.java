package io.tallystream.benchmarks.processor;

import io.tallystream.processor.ProcessorConfig;
import io.tallystream.runtime.config.Environment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Where and how a contender runs.
 *
 * @param application its group in Kafka
 * @param folder for its state
 * @param servers of Kafka
 * @param commitIntervalMs from one commit, or checkpoint, to the next
 * @param threads that count
 */
record Run(String application, Path folder, String servers, int commitIntervalMs, int threads) {
    /** Of another application, with a state of its own. */
    Run as(String name) {
        return new Run(name, folder, servers, commitIntervalMs, threads);
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
                "COMMIT_INTERVAL", Duration.ofMillis(commitIntervalMs).toString(),
                "KAFKA_STREAMS_NUM_STREAM_THREADS", Integer.toString(threads));
    }

    ProcessorConfig config() {
        return new Environment(variables()).read(ProcessorConfig::from);
    }
}
