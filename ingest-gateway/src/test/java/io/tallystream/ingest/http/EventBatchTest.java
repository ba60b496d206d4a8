package io.tallystream.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.ingest.http.EventBatch.Rejection;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.schema.event.CallStatus;
import io.tallystream.schema.event.Event;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventBatchTest {
    private static final String CLICK = "{\"type\":\"click\",\"product_id\":\"p1\"}";
    private static final String NO_PRODUCT = "{\"type\":\"click\",\"id\":\"x1\"}";

    @Test
    void shouldReadOneEvent() {
        EventBatch batch = read("""
                {"type":"api_call","id":"e1","endpoint":"/orders/{id}","status":200}
                """);

        assertThat(batch.events())
                .containsExactly(
                        new Event.ApiCall("e1", null, null, "/orders/{id}", null, CallStatus.parse("200"), null));
        assertThat(batch.rejections()).isEmpty();
    }

    @Test
    void shouldReadAnArrayInItsOrder() {
        EventBatch batch = read(numberedClicks(100));

        assertThat(batch.events())
                .extracting(Event::id)
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> "e" + i).toList());
        assertThat(batch.rejections()).isEmpty();
    }

    @Test
    void shouldKeepTheValidEventsAndTellWhereTheOthersStand() {
        EventBatch batch = read("[" + String.join(",", NO_PRODUCT, CLICK, "{}", CLICK, NO_PRODUCT) + "]");

        assertThat(batch.events()).hasSize(2);
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

        assertThat(batch.events()).containsExactly(new Event.Click(null, null, null, "p1", null));
        assertThat(batch.rejections()).extracting(Rejection::index).containsExactly(0, 1, 2, 3, 4, 6);
        assertThat(batch.rejections().subList(0, 5))
                .extracting(rejection -> rejection.reason().code())
                .containsOnly("malformed");
    }

    @Test
    void shouldReadAnEmptyArrayAsNoEvents() {
        EventBatch batch = read("[]");

        assertThat(batch.events()).isEmpty();
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
        assertMalformed(body, "there is something behind the JSON value; for one event a line send an array");
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
        assertThat(read(numberedClicks(EventBatch.MAX_EVENTS)).events()).hasSize(EventBatch.MAX_EVENTS);
    }

    @Test
    void shouldRefuseMoreEventsThanAreAllowedWhateverTheyAre() {
        String tooMany = "[" + String.join(",", Collections.nCopies(EventBatch.MAX_EVENTS + 1, "0")) + "]";

        assertProblem(bytes(tooMany), 413, "too-many-events", "at most 10000 events in one request");
        assertProblem(
                bytes(numberedClicks(EventBatch.MAX_EVENTS + 1)),
                413,
                "too-many-events",
                "at most 10000 events in one request");
    }

    private static String numberedClicks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"type\":\"click\",\"id\":\"e%d\",\"product_id\":\"p1\"}".formatted(i))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static EventBatch read(String body) {
        return EventBatch.read(bytes(body));
    }

    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertMalformed(String body, String detail) {
        assertProblem(bytes(body), 400, "malformed", detail);
    }

    private static void assertProblem(byte[] body, int status, String code, String detail) {
        assertThatThrownBy(() -> EventBatch.read(body)).isInstanceOfSatisfying(ProblemException.class, refused -> {
            Problem problem = refused.problem();
            assertThat(problem.status()).isEqualTo(status);
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.detail()).startsWith(detail);
        });
    }
}
