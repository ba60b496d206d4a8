package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A gateway as a process of its own, to be killed, or with as many descriptors as a process may have. */
final class GatewayProcess implements AutoCloseable {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final ChildJvm process;

    private GatewayProcess(ChildJvm process) {
        this.process = process;
    }

    static GatewayProcess start(String bootstrapServers, int port, File log) throws IOException {
        return start(bootstrapServers, port, log, Map.of());
    }

    /** The same with more variables. */
    static GatewayProcess start(String bootstrapServers, int port, File log, Map<String, String> more)
            throws IOException {
        Map<String, String> variables = new HashMap<>(Map.of(
                "INGEST_PORT",
                Integer.toString(port),
                "MANAGEMENT_PORT",
                "0",
                "INGEST_KEYS",
                "test=" + Gateway.KEY,
                // So that requests wait for Kafka rather than for their client.
                "KAFKA_PRODUCER_LINGER_MS",
                "100",
                "KAFKA_BOOTSTRAP_SERVERS",
                bootstrapServers));
        variables.putAll(more);
        return new GatewayProcess(ChildJvm.start(
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"), IngestMain.class.getName(), variables, log.toPath()));
    }

    /** How many it has open, connections and all else. */
    int fileDescriptors() throws IOException {
        try (Stream<Path> descriptors = Files.list(proc("fd"))) {
            return (int) descriptors.count();
        }
    }

    /** What of its memory is in use, heap and all else. */
    long residentBytes() throws IOException {
        Matcher resident = RESIDENT.matcher(Files.readString(proc("status")));
        assertThat(resident.find()).isTrue();
        return Long.parseLong(resident.group(1)) * 1024;
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(process.handle().pid()), name);
    }

    /** SIGKILL: no hook runs. */
    void kill() {
        process.kill();
    }

    @Override
    public void close() {
        kill();
    }
}
