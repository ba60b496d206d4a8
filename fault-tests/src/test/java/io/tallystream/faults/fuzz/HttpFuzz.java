package io.tallystream.faults.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.ingest.IngestApplication;
import io.tallystream.ingest.IngestConfig;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * Any bytes at all on a connection to the gateway are answered or the connection is closed, in time, and never as if the
 * gateway had failed; and whoever
 * comes next is served. Beside a real Kafka.
 */
public final class HttpFuzz {
    private static final String KEY = "fuzz-ingest-key-0123456789";
    private static final int ANSWER_LIMIT_MILLIS = 20_000;
    private static final int NEXT_LIMIT_MILLIS = 200;
    private static final int BUFFER = 16_384;
    private static final int CHECK_EVERY = 200;
    private static final int STAYS_ONE_OF = 100;
    // To a version of HTTP that there is none of; RFC 9110, 15.6.2. Nothing has failed then.
    private static final String NOT_IMPLEMENTED = "501";
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");
    private static final String GOOD = """
            POST /v1/events HTTP/1.1\r
            Host: x\r
            X-API-Key: %s\r
            Content-Type: application/json\r
            Content-Length: 33\r
            Connection: close\r
            \r
            {"type":"click","product_id":"p"}""".formatted(KEY);

    private static int port;
    private static long inputs;

    private HttpFuzz() {}

    /** Is called once by the fuzzer: starts Kafka and the gateway, which end with this JVM. */
    public static void fuzzerInitialize() throws Exception {
        Path folder = Files.createTempDirectory("tallystream-fuzz-");
        EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder, 0, Map.of()));
        start(kafka.bootstrapServers());
    }

    /** Starts the gateway beside that Kafka. */
    static AutoCloseable start(String bootstrapServers) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            Topics.Settings settings = new Topics.Settings(
                    1,
                    (short) 1,
                    Duration.ofDays(1),
                    new Retention(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1)));
            new TopicProvisioner(admin, Duration.ofMinutes(1)).ensure(Topics.definitions(settings));
        }
        port = LoopbackPorts.anyFree();
        HealthChecks health = new HealthChecks();
        IngestApplication gateway = new IngestApplication(
                new Environment(Map.of(
                                "INGEST_PORT",
                                Integer.toString(port),
                                "INGEST_KEYS",
                                "fuzz=" + KEY,
                                "REQUEST_DEADLINE",
                                "PT2S",
                                "KAFKA_BOOTSTRAP_SERVERS",
                                bootstrapServers))
                        .read(IngestConfig::from),
                new ServiceContext(new SimpleMeterRegistry(), health, failure -> {
                    throw new IllegalStateException("the gateway failed", failure);
                }));
        gateway.start();
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!health.results().values().stream().allMatch(Health::up)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the gateway is not ready: " + health.results());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return gateway;
    }

    /** What the fuzzer calls. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        // The key is not for the fuzzer to find.
        byte[] sent = new String(input, ISO_8859_1).replace("$KEY", KEY).getBytes(ISO_8859_1);
        // Most clients go when they have sent all; some stay, and what is unfinished then has to be given up on
        // by the gateway.
        boolean stays = Math.floorMod(Arrays.hashCode(input), STAYS_ONE_OF) == 0;
        Matcher status = STATUS.matcher(exchange(sent, stays));
        while (status.find()) {
            if (status.group(1).startsWith("5") && !status.group(1).equals(NOT_IMPLEMENTED)) {
                throw new IllegalStateException("answered with " + status.group(1));
            }
        }
        if (inputs++ % CHECK_EVERY == 0) {
            requireService();
        }
    }

    /** Somebody who behaves is served. */
    static void requireService() throws IOException {
        String answer = exchange(GOOD.getBytes(ISO_8859_1), true);
        if (!answer.startsWith("HTTP/1.1 202")) {
            throw new IllegalStateException("whoever came next was answered with " + answer);
        }
    }

    /** All that is answered to these bytes. */
    private static String exchange(byte[] bytes, boolean stays) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_LIMIT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(bytes);
            if (!stays) {
                socket.shutdownOutput();
            }
            return answers(socket);
        } catch (SocketException e) {
            // It was closed before we had sent everything, which is an answer too.
            return "";
        }
    }

    /** What comes until the connection is closed or, after an answer, nothing more does. */
    private static String answers(Socket socket) throws IOException {
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER];
        try {
            int length = socket.getInputStream().read(buffer);
            while (length >= 0) {
                answers.write(buffer, 0, length);
                // An answered client may stay for its next request.
                socket.setSoTimeout(NEXT_LIMIT_MILLIS);
                length = socket.getInputStream().read(buffer);
            }
        } catch (SocketTimeoutException e) {
            if (answers.size() == 0) {
                throw new IllegalStateException("neither answered nor closed", e);
            }
        }
        return answers.toString(ISO_8859_1);
    }
}
