package io.tallystream.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.ingest.intake.EventBatch.Rejection;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.schema.event.CallStatus;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading.Valid;
import io.tallystream.schema.event.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventIntakeTest {
    private static final long NOW = Instant.parse("2026-11-21T10:00:00Z").toEpochMilli();
    private static final IntakeRules RULES = new IntakeRules(Duration.ofHours(1), Duration.ofMinutes(5), false);
    private static final String CLICK = "{\"type\":\"click\",\"product_id\":\"p1\"}";
    private static final String NO_PRODUCT = "{\"type\":\"click\",\"id\":\"x1\"}";

    @Test
    void shouldReadOneEvent() {
        EventBatch batch = read("""
                {"type":"api_call","id":"e1","endpoint":"/orders/{id}","status":200}
                """);

        assertThat(events(batch))
                .containsExactly(
                        Event.ApiCall.of("/orders/{id}", CallStatus.ofCode(200)).with("e1", Instant.ofEpochMilli(NOW)));
        assertThat(batch.rejections()).isEmpty();
    }

    @Test
    void shouldReadAnArrayInItsOrder() {
        EventBatch batch = read(numberedClicks(100));

        assertThat(events(batch))
                .extracting(Event::id)
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> "e" + i).toList());
        assertThat(batch.rejections()).isEmpty();
    }

    @Test
    void shouldKeepTheValidEventsAndTellWhereTheOthersStand() {
        EventBatch batch = read("[" + String.join(",", NO_PRODUCT, CLICK, "{}", CLICK, NO_PRODUCT) + "]");

        assertThat(events(batch)).hasSize(2);
        assertThat(batch.rejections()).extracting(Rejection::index).containsExactly(0, 2, 4);
        assertThat(batch.rejections())
                .extracting(rejection -> rejection.reason().id())
                .containsExactly("x1", null, "x1");
        assertThat(batch.rejections())
                .extracting(rejection -> rejection.reason().field())
                .containsExactly("product_id", "type", "product_id");
    }

    @Test
    void shouldRejectElementsThatAreNoObjectsAndReadOnBehindThem() {
        EventBatch batch =
                read("[1,\"text\",null,true,[[" + CLICK + "]," + CLICK + "]," + CLICK + ",{\"type\":{\"type\":[]}}]");

        assertThat(events(batch)).extracting(Event::type).containsExactly(EventType.CLICK);
        assertThat(batch.rejections()).extracting(Rejection::index).containsExactly(0, 1, 2, 3, 4, 6);
        assertThat(batch.rejections().subList(0, 5))
                .extracting(rejection -> rejection.reason().code())
                .containsOnly("malformed");
    }

    @Test
    void shouldReadAnEmptyArrayAsNoEvents() {
        EventBatch batch = read("[]");

        assertThat(events(batch)).isEmpty();
        assertThat(batch.rejections()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n ", "7", "\"text\"", "true", "null"})
    void shouldRefuseWhatIsNeitherEventNorArray(String body) {
        assertMalformed(body, "the body must be an event or an array of events");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLICK + CLICK, CLICK + "\n" + CLICK + "\n", "[" + CLICK + "] []", CLICK + " 1", "[] {}"})
    void shouldRefuseASecondValue(String body) {
        assertMalformed(body, "there is something behind the JSON value; one event a line is application/x-ndjson");
    }

    @Test
    void shouldTellWhereTheBodyIsNotJson() {
        assertMalformed("[" + CLICK + ",\n" + CLICK + ",\n oops]", "the body is not valid JSON at line 3, column ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[" + CLICK,
                "[" + CLICK + ",",
                "[" + CLICK + ",]",
                "[" + CLICK + "}",
                "{\"type\":\"click\",\"product_id\":",
                "{\"type\":\"click\",,}",
                "{type:\"click\"}",
                CLICK + "]",
                CLICK + " oops",
                "oops",
            })
    void shouldRefuseBrokenJson(String body) {
        assertMalformed(body, "the body is not valid JSON at line 1, column ");
    }

    @Test
    void shouldRefuseTextThatIsNotUtf8() {
        byte[] latin1 = "{\"type\":\"click\",\"product_id\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertProblem(latin1, 400, "malformed", "the body is not valid JSON at line 1, column ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void shouldRefuseDeepNesting(String opening) {
        assertMalformed(opening.repeat(20_000), "a value in the body is nested too deeply or too long");
        assertMalformed(
                "[" + CLICK + "," + opening.repeat(20_000), "a value in the body is nested too deeply or too long");
    }

    @Test
    void shouldRefuseVeryLongText() {
        assertMalformed(
                "{\"type\":\"" + "x".repeat(100_000) + "\"}", "a value in the body is nested too deeply or too long");
    }

    @Test
    void shouldTakeAsManyEventsAsAreAllowed() {
        assertThat(read(numberedClicks(EventIntake.MAX_EVENTS)).records()).hasSize(EventIntake.MAX_EVENTS);
    }

    @Test
    void shouldRefuseMoreEventsThanAreAllowedWhateverTheyAre() {
        String tooMany = "[" + String.join(",", Collections.nCopies(EventIntake.MAX_EVENTS + 1, "0")) + "]";

        assertProblem(bytes(tooMany), 413, "too-many-events", "at most 10000 events in one request");
        assertProblem(
                bytes(numberedClicks(EventIntake.MAX_EVENTS + 1)),
                413,
                "too-many-events",
                "at most 10000 events in one request");
    }

    @Test
    void shouldReadALineAtATimeAndRejectOnlyThoseThatAreMalformed() {
        EventBatch batch = read(
                BodyFormat.LINES,
                String.join("\n", CLICK, "oops", "", NO_PRODUCT + "\r", "[" + CLICK + "]", CLICK + CLICK, CLICK, " "));

        assertThat(events(batch)).hasSize(2);
        assertThat(batch.rejections()).extracting(Rejection::index).containsExactly(1, 2, 3, 4);
        assertThat(batch.rejections())
                .extracting(rejection -> rejection.reason().code())
                .containsExactly("malformed", "missing", "malformed", "malformed");
    }

    @Test
    void shouldReadNoLinesAsNoEvents() {
        assertThat(read(BodyFormat.LINES, "").size()).isZero();
        assertThat(read(BodyFormat.LINES, "\n \r\n\n").size()).isZero();
    }

    @Test
    void shouldRefuseMoreLinesThanAreAllowed() {
        String most = (CLICK + "\n").repeat(EventIntake.MAX_EVENTS);

        assertThat(read(BodyFormat.LINES, most).records()).hasSize(EventIntake.MAX_EVENTS);
        assertThatThrownBy(() -> read(BodyFormat.LINES, most + "x")).isInstanceOf(ProblemException.class);
    }

    @Test
    void shouldReadCloudEvents() {
        String event =
                "{\"specversion\":\"1.0\",\"type\":\"click\",\"source\":\"s\",\"id\":\"1\",\"data\":{\"product_id\":\"p\"}}";

        assertThat(events(read(BodyFormat.CLOUD_EVENT, event)))
                .containsExactly(new Event.Click("s 1", Instant.ofEpochMilli(NOW), null, "p", null));
        EventBatch batch = read(BodyFormat.CLOUD_EVENTS, "[" + event + ",{},7," + event + "]");
        assertThat(batch.records()).hasSize(2);
        assertThat(batch.rejections()).extracting(Rejection::index).containsExactly(1, 2);
        assertThatThrownBy(() -> read(BodyFormat.CLOUD_EVENT, "[" + event + "]"))
                .hasMessage("the body must be one event");
        assertThatThrownBy(() -> read(BodyFormat.CLOUD_EVENTS, event))
                .hasMessage("the body must be an array of events");
    }

    @Test
    void shouldGiveIdsToThoseWithoutAndTellThem() {
        EventBatch batch = read(
                "[" + String.join(",", CLICK, "{\"type\":\"click\",\"id\":\"own\",\"product_id\":\"p\"}", CLICK) + "]");

        List<String> ids = batch.assignedIds().stream()
                .map(id -> new String(id, StandardCharsets.US_ASCII))
                .toList();
        assertThat(events(batch)).extracting(Event::id).containsExactly(ids.get(0), "own", ids.get(1));
        assertThat(batch.records())
                .extracting(record -> new String(record.key(), StandardCharsets.US_ASCII))
                .containsExactly(ids.get(0), "own", ids.get(1));
    }

    @Test
    void shouldAcceptTheSameIdTwice() {
        String event = "{\"type\":\"click\",\"id\":\"twice\",\"product_id\":\"p\"}";

        assertThat(events(read("[" + event + "," + event + "]")))
                .extracting(Event::id)
                .containsExactly("twice", "twice");
    }

    @ParameterizedTest
    @CsvSource({
        "0, -",
        "300000, -",
        "300001, future",
        "7000000000000, future",
        "-3600000, -",
        "-3600001, late",
        "-1795168800000, late",
    })
    void shouldJudgeTheTime(long fromNow, String code) {
        String event = "{\"type\":\"page_view\",\"id\":\"x\",\"page\":\"/\",\"time\":%s}";
        for (String time : List.of(Long.toString(NOW + fromNow), "\"" + Instant.ofEpochMilli(NOW + fromNow) + "\"")) {
            EventBatch batch = read("[" + event.formatted(time) + "]");
            if (code.equals("-")) {
                assertThat(events(batch)).extracting(Event::time).containsExactly(Instant.ofEpochMilli(NOW + fromNow));
            } else {
                assertThat(batch.records()).isEmpty();
                assertThat(batch.rejections()).singleElement().satisfies(rejection -> {
                    assertThat(rejection.reason().id()).isEqualTo("x");
                    assertThat(rejection.reason().field()).isEqualTo("time");
                    assertThat(rejection.reason().code()).isEqualTo(code);
                });
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/a?token=x, /a",
        "/a, /a",
        "?, ?",
        "/a?, /a",
        "/üñ?x, /üñ",
    })
    void shouldCutTheQueryOff(String endpoint, String path) {
        assertThat(events(read("{\"type\":\"api_call\",\"endpoint\":\"" + endpoint + "\",\"status\":200}")))
                .extracting(event -> ((Event.ApiCall) event).endpoint())
                .containsExactly(path);
    }

    @Test
    void shouldMakeTemplatesOfEndpointsWhereThatIsWanted() {
        EventIntake intake = new EventIntake(new IntakeRules(Duration.ofHours(1), Duration.ofMinutes(5), true));
        String event = "{\"type\":\"api_call\",\"endpoint\":\"%s\",\"status\":200}";

        EventBatch batch = intake.read(
                BodyFormat.LINES,
                bytes(event.formatted("/orders/17?x=1") + "\n" + event.formatted("/ü/17") + "\n" + event.formatted("/a")
                        + "\n" + event.formatted("/1".repeat(100))),
                NOW);

        assertThat(events(batch))
                .extracting(read -> ((Event.ApiCall) read).endpoint())
                .containsExactly("/orders/{id}", "/ü/{id}", "/a");
        assertThat(batch.rejections()).singleElement().satisfies(rejection -> {
            assertThat(rejection.index()).isEqualTo(3);
            assertThat(rejection.reason().field()).isEqualTo("endpoint");
            assertThat(rejection.reason().code()).isEqualTo("too_long");
        });
    }

    @Test
    void shouldTakeAClickWithoutItsTypeAndNothingElse() {
        EventIntake intake = new EventIntake(RULES);

        assertThat(events(intake.readImplied(
                        EventType.CLICK, bytes("{\"user_id\":\"u\",\"product_id\":\"p\",\"id\":\"i\"}"), NOW)))
                .containsExactly(new Event.Click("i", Instant.ofEpochMilli(NOW), "u", "p", null));
        assertThat(intake.readImplied(EventType.CLICK, bytes(CLICK), NOW).records())
                .hasSize(1);
        for (String other :
                List.of("{}", "{\"type\":\"page_view\",\"page\":\"/\"}", "{\"type\":\"x\",\"product_id\":\"p\"}")) {
            assertThat(intake.readImplied(EventType.CLICK, bytes(other), NOW).rejections())
                    .hasSize(1);
        }
        assertThatThrownBy(() -> intake.readImplied(EventType.CLICK, bytes("[" + CLICK + "]"), NOW))
                .isInstanceOf(ProblemException.class);
    }

    private static String numberedClicks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"type\":\"click\",\"id\":\"e%d\",\"product_id\":\"p1\"}".formatted(i))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static EventBatch read(String body) {
        return read(BodyFormat.JSON, body);
    }

    private static EventBatch read(BodyFormat format, String body) {
        return new EventIntake(RULES).read(format, bytes(body), NOW);
    }

    private static List<Event> events(EventBatch batch) {
        return batch.records().stream()
                .map(record -> ((Valid) new EventReader().read(record.value())).event())
                .toList();
    }

    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertMalformed(String body, String detail) {
        assertProblem(bytes(body), 400, "malformed", detail);
    }

    private static void assertProblem(byte[] body, int status, String code, String detail) {
        assertThatThrownBy(() -> new EventIntake(RULES).read(BodyFormat.JSON, body, NOW))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    Problem problem = refused.problem();
                    assertThat(problem.status()).isEqualTo(status);
                    assertThat(problem.code()).isEqualTo(code);
                    assertThat(problem.detail()).startsWith(detail);
                });
    }
}
