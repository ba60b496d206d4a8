package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystream.query.report.Webhook;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntUnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

abstract class WebhookSuite extends ReportSuite {
    private static final String SECRET = "secret-of-the-webhook";
    private static final String DATE = "2093-11-19";
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final HttpServer receiver;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile IntUnaryOperator answers = number -> 200;

    private record Received(String path, String timestamp, String signature, String body) {}

    WebhookSuite(String redisUri) throws IOException {
        super(redisUri);
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::receive);
        receiver.start();
    }

    @AfterEach
    void stopReceiver() {
        released.countDown();
        receiver.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.add(new Received(
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("X-Tallystream-Timestamp"),
                exchange.getRequestHeaders().getFirst("X-Tallystream-Signature"),
                body));
        int status = answers.applyAsInt(received.size());
        if (status == 0) {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.getResponseHeaders().add("Location", "/elsewhere");
        if (status < 0) {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            return;
        }
        exchange.sendResponseHeaders(status == 0 ? 200 : status, -1);
        exchange.close();
    }

    private Api startWithWebhook() throws Exception {
        URI url = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook?token=t");
        return start(UTC, Optional.of(new Webhook(url, SECRET)));
    }

    private String posted() {
        return counts.redis().hget(CountKeys.dailyReport(prefix, LocalDate.parse(DATE)), "posted");
    }

    private void awaitPosted(String revision) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(posted()).isEqualTo(revision));
    }

    @Test
    void shouldPostEachRevisionOnceAndSigned() throws Exception {
        calls(DATE, 7);
        clock.set("2093-11-20T01:00:00Z");
        Api api = startWithWebhook();

        awaitPosted("1");

        assertThat(received).hasSize(1);
        Received first = received.get(0);
        assertThat(first.path()).isEqualTo("/hook");
        assertThat(new JsonObject(first.body())).isEqualTo(api.json(path(DATE)));
        assertThat(first.timestamp())
                .isEqualTo(Long.toString(Instant.parse("2093-11-20T01:00:00Z").getEpochSecond()));
        assertThat(first.signature()).isEqualTo("sha256=" + hmac(first.timestamp() + "." + first.body()));

        nextRound(api);
        calls(DATE, 8);
        nextRound(api);
        awaitPosted("2");

        assertThat(received)
                .extracting(post -> new JsonObject(post.body()).getInteger("revision"))
                .containsExactly(1, 2);
    }

    @Test
    void shouldTryAgainAndNotFollowRedirections() throws Exception {
        answers = number -> number == 1 ? 500 : number == 2 ? 307 : 204;
        calls(DATE, 7);
        clock.set("2093-11-20T01:00:00Z");
        Api api = startWithWebhook();

        awaitPosted("1");

        assertThat(received).extracting(Received::path).containsExactly("/hook", "/hook", "/hook");
        assertThat(api.count("tallystream.query.report.webhook.failed")).isEqualTo(2);
        assertThat(api.count("tallystream.query.report.webhook.delivered")).isEqualTo(1);
    }

    @Test
    void shouldDeliverWhatTheServerThatMadeItCouldNot() throws Exception {
        calls(DATE, 7);
        clock.set("2093-11-20T01:00:00Z");
        answers = number -> 503;
        Api first = startWithWebhook();
        await().atMost(PATIENCE).until(() -> first.count("tallystream.query.report.webhook.failed") > 0);
        first.close();
        answers = number -> 200;
        Api other = startWithWebhook();
        awaitRound(other, 0);
        // Whoever has made it may still be at it.
        assertThat(other.count("tallystream.query.report.webhook.delivered")).isZero();

        nextRound(other);
        awaitPosted("1");

        assertThat(new JsonObject(received.get(received.size() - 1).body()).getInteger("revision"))
                .isEqualTo(1);
    }

    @Test
    void shouldLeaveItToTheServerThatMadeIt() throws Exception {
        // Time enough for the other to try, too.
        answers = number -> number <= 2 ? 503 : 200;
        calls(DATE, 7);
        Api one = startWithWebhook();
        Api other = startWithWebhook();
        awaitRound(one, 0);
        awaitRound(other, 0);
        int roundsOfOne = rounds(one);
        int roundsOfOther = rounds(other);

        clock.set("2093-11-20T01:00:00Z");
        awaitRound(one, roundsOfOne);
        awaitRound(other, roundsOfOther);
        awaitPosted("1");

        assertThat(List.of(
                        one.count("tallystream.query.report.webhook.failed"),
                        other.count("tallystream.query.report.webhook.failed")))
                .containsExactlyInAnyOrder(0, 2);
        assertThat(received).hasSize(3);
    }

    @Test
    void shouldMakeReportsWhileTheWebhookHangs() throws Exception {
        answers = number -> 0;
        calls("2093-11-18", 3);
        Api api = startWithWebhook();
        await().atMost(PATIENCE).until(() -> received.size() == 1);

        calls(DATE, 7);
        clock.set("2093-11-20T01:00:00Z");

        assertThat(awaitReport(api, DATE, 1).getLong("total_calls")).isEqualTo(7);
        released.countDown();
        awaitPosted("1");
    }

    @Test
    void shouldTryAgainWhenAnAnswerDoesNotEnd() throws Exception {
        answers = number -> number == 1 ? -1 : 200;
        calls(DATE, 7);
        clock.set("2093-11-20T01:00:00Z");

        startWithWebhook();

        awaitPosted("1");
        assertThat(received).hasSize(2);
    }

    private static String hmac(String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        StringBuilder hex = new StringBuilder();
        for (byte part : mac.doFinal(text.getBytes(StandardCharsets.UTF_8))) {
            hex.append(String.format("%02x", part));
        }
        return hex.toString();
    }
}
