package io.tallystream.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.Event.ApiCall;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The filter in a servlet container, with a real broker, and for HTTP a real gateway. */
@WithKafka
@Timeout(300)
class ApiCallFilterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NOBODY = null;

    @Test
    void shouldReportEachCallOnceStraightToKafka(EmbeddedKafka kafka) throws Exception {
        try (EventsSince events = new EventsSince(kafka.bootstrapServers())) {
            CallReporter reporter = new KafkaCallReporter(Map.of("bootstrap.servers", kafka.bootstrapServers()));
            callAllOf(reporter);

            assertAllOf(events.read());
            assertThat(reporter.dropped()).isZero();
        }
    }

    @Test
    void shouldReportEachCallOnceOverHttp(EmbeddedKafka kafka) throws Exception {
        try (EventsSince events = new EventsSince(kafka.bootstrapServers());
                Gateway gateway = new Gateway(kafka.bootstrapServers())) {
            CallReporter reporter = new HttpCallReporter(Gateway.clientOf(gateway.address()));
            callAllOf(reporter);

            assertAllOf(events.read());
            assertThat(reporter.dropped()).isZero();
        }
    }

    /** Makes calls, and closes the reporter, which delivers. */
    private static void callAllOf(CallReporter reporter) throws Exception {
        Counted counted = new Counted(reporter);
        try (SampleService service = SampleService.start(counted)) {
            assertThat(service.call("GET", "/orders/1", "u1")).isEqualTo(200);
            assertThat(service.call("POST", "/orders/2", "u1")).isEqualTo(200);
            assertThat(service.call("GET", "/orders/none", NOBODY)).isEqualTo(404);
            assertThat(service.call("PUT", "/plain/3", "u\"2\\")).isEqualTo(201);
            assertThat(service.call("GET", "/broken", "u1")).isEqualTo(500);
            assertThat(service.call("GET", "/slow", "u3")).isEqualTo(202);
            assertThat(service.call("GET", "/orders/4", "u".repeat(257))).isEqualTo(200);
            // A caller may have its answer a little before the call is reported.
            await().atMost(PATIENCE).until(() -> counted.calls.get() == 7);
        }
        reporter.close();
    }

    private record Counted(CallReporter reporter, AtomicInteger calls) implements CallReporter {
        Counted(CallReporter reporter) {
            this(reporter, new AtomicInteger());
        }

        @Override
        public void report(Call call) {
            reporter.report(call);
            calls.incrementAndGet();
        }

        @Override
        public long dropped() {
            return reporter.dropped();
        }

        @Override
        public void close() {
            reporter.close();
        }
    }

    private static void assertAllOf(List<Event> events) {
        assertThat(events)
                .extracting(ApiCall.class::cast)
                .extracting(
                        ApiCall::method,
                        ApiCall::endpoint,
                        call -> call.status().toString(),
                        ApiCall::userId)
                .containsExactlyInAnyOrder(
                        tuple("GET", "/orders/{id}", "200", "u1"),
                        tuple("POST", "/orders/{id}", "200", "u1"),
                        tuple("GET", "/orders/{id}", "404", NOBODY),
                        tuple("PUT", "/plain/*", "201", "u\"2\\"),
                        tuple("GET", "/broken", "500", "u1"),
                        tuple("GET", "/slow", "202", "u3"),
                        tuple("GET", "/orders/{id}", "200", NOBODY));
        assertThat(events).extracting(Event::id).doesNotContainNull().doesNotHaveDuplicates();
        assertThat(events).extracting(Event::time).doesNotContainNull();
        assertThat(events).extracting(event -> ((ApiCall) event).durationMs()).doesNotContainNull();
    }

    @Test
    void shouldAnswerAndCountWhatIsDroppedWhileKafkaIsAway() throws Exception {
        String nobody = "127.0.0.1:" + LoopbackPorts.anyFree();
        assertAnswersAndDrops(new KafkaCallReporter(Map.of("bootstrap.servers", nobody)));
    }

    @Test
    void shouldAnswerAndCountWhatIsDroppedWhileTheGatewayIsAway() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:" + LoopbackPorts.anyFree());
        // One of three finds no room; the others are given up in the end.
        assertAnswersAndDrops(
                new HttpCallReporter(Gateway.clientOf(nobody).maxPending(2).closeLimit(Duration.ZERO)));
    }

    private static void assertAnswersAndDrops(CallReporter reporter) throws Exception {
        try (SampleService service = SampleService.start(reporter)) {
            for (int i = 0; i < 3; i++) {
                assertThat(service.call("GET", "/orders/" + i, "u1")).isEqualTo(200);
            }
            reporter.close();
            assertThat(reporter.dropped()).isEqualTo(3);

            // Nor does a reporter that is closed already hinder anybody.
            assertThat(service.call("GET", "/orders/late", "u1")).isEqualTo(200);
        }
        assertThat(reporter.dropped()).isEqualTo(4);
    }
}
