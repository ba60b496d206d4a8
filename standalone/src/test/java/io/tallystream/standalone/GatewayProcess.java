package io.tallystream.standalone;

import io.tallystream.ingest.IngestMain;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A gateway as a process of its own beside a program that has another, to be killed. */
final class GatewayProcess implements AutoCloseable {
    private final Process process;

    private GatewayProcess(Process process) {
        this.process = process;
    }

    static GatewayProcess start(String bootstrapServers, int port, String key, File log) throws IOException {
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
                        "test=" + key,
                        // So that requests wait for Kafka rather than for their client.
                        "KAFKA_PRODUCER_LINGER_MS",
                        "100",
                        "KAFKA_BOOTSTRAP_SERVERS",
                        bootstrapServers));
        return new GatewayProcess(builder.start());
    }

    /** SIGKILL: no hook runs. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
