package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A gateway as a process of its own, to be killed, or with as many descriptors as a process may have. */
final class GatewayProcess implements AutoCloseable {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final Process process;

    private GatewayProcess(Process process) {
        this.process = process;
    }

    static GatewayProcess start(String bootstrapServers, int port, File log) throws IOException {
        return start(bootstrapServers, port, log, Map.of());
    }

    /** The same with more variables. */
    static GatewayProcess start(String bootstrapServers, int port, File log, Map<String, String> more)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        IngestMain.class.getName()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment()
                .putAll(Map.of(
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
        builder.environment().putAll(more);
        return new GatewayProcess(builder.start());
    }

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
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
        return Path.of("/proc", Long.toString(process.pid()), name);
    }

    /** SIGKILL: no hook runs. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
