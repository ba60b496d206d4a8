package io.tallystream.benchmarks.gateway;

import io.tallystream.benchmarks.load.HttpConnection;
import io.tallystream.benchmarks.process.ServiceChild;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.ingest.IngestMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The gateway in a process of its own. For one thread. */
final class Gateway implements AutoCloseable {
    /** May send events. */
    static final String KEY = "0123456789-benchmark";

    private static final String PATH = "/v1/events";
    private static final String OWN_SETTINGS = "KAFKA_PRODUCER_";

    private final ServiceChild child;
    private final int port;

    private Gateway(ServiceChild child, int port) {
        this.child = child;
        this.port = port;
    }

    /**
     * Starts it, and returns when it takes events.
     *
     * @param more settings beside those that it needs
     */
    static Gateway start(String kafka, Map<String, String> more, Path folder) throws IOException, InterruptedException {
        int port = LoopbackPorts.anyFree();
        Map<String, String> variables = settings(kafka);
        variables.put("INGEST_PORT", Integer.toString(port));
        variables.putAll(more);
        return new Gateway(
                ServiceChild.start("gateway", IngestMain.class, variables, folder)
                        .awaitReady(),
                port);
    }

    /** What a gateway is told, its port excepted; the user's variables {@code KAFKA_PRODUCER_*} among it. */
    static Map<String, String> settings(String kafka) {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.keySet().removeIf(name -> !name.startsWith(OWN_SETTINGS));
        variables.put("INGEST_KEYS", "benchmark=" + KEY);
        variables.put("KAFKA_BOOTSTRAP_SERVERS", kafka);
        return variables;
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port + PATH;
    }

    ProcessUsage usage() {
        return child.usage();
    }

    /** What it answers to that many events. */
    String answer(int events) throws IOException {
        String event = "{\"type\":\"api_call\",\"user_id\":\"u1\",\"endpoint\":\"/a\",\"status\":200}";
        String body = events == 1 ? event : "[" + (event + ",").repeat(events - 1) + event + "]";
        try (HttpConnection connection = new HttpConnection(port, KEY)) {
            HttpConnection.Answer answer = connection.post(PATH, body.getBytes(StandardCharsets.US_ASCII));
            if (answer.status() != 202) {
                throw new IOException("the gateway answered %d %s".formatted(answer.status(), answer.body()));
            }
            return answer.body();
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
