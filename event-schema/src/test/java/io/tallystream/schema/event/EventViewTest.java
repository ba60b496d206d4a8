package io.tallystream.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** There are two ways to read an event; they must not differ. */
class EventViewTest {
    private static final List<String> PLAIN = List.of(
            "{\"type\":\"api_call\",\"id\":\"e-1\",\"time\":1795166131250,\"user_id\":\"u1\",\"endpoint\":\"/orders/{id}\","
                    + "\"method\":\"GET\",\"status\":\"200\",\"duration_ms\":13}",
            "{\"type\":\"api_call\",\"endpoint\":\"/a\",\"status\":599,\"region\":\"eu\",\"n\":0}",
            " { \"type\" : \"click\" , \"product_id\" : \"p1\" , \"page\":\"/\" } \n",
            "{\"type\":\"page_view\",\"page\":\"/\",\"user_id\":\"u\"}",
            "{\"page\":\"/\",\"duration_ms\":86400000,\"type\":\"dwell\"}");
    private static final List<String> NOT_PLAIN = List.of(
            "{\"type\":\"click\",\"product_id\":\"\\u0070\"}",
            "{\"type\":\"click\",\"product_id\":\"用户\"}",
            "{\"type\":\"click\",\"product_id\":\"p\",\"x\":null}",
            "{\"type\":\"click\",\"product_id\":\"p\",\"x\":[1,{\"type\":2}]}",
            "{\"type\":\"api_call\",\"endpoint\":\"/a\",\"status\":200,\"duration_ms\":1.5}",
            "{\"type\":\"api_call\",\"endpoint\":\"/a\",\"status\":200,\"time\":\"2026-11-20T10:15:31Z\"}",
            "{\"type\":\"page_view\",\"page\":\"/\",\"x\":1234567890123456789}");

    private final EventReader reader = new EventReader();
    private final EventWriter writer = new EventWriter();
    private final EventView view = new EventView();

    @Test
    void shouldReadAsTheReaderDoes() throws IOException {
        for (byte[] json : examples()) {
            assertSame(json);
        }
    }

    @Test
    void shouldJudgeWhatIsLongAsTheReaderDoes() {
        for (int length : List.of(256, 257, 65_536, 70_000)) {
            String text = "x".repeat(length);
            assertSame(bytes("{\"type\":\"click\",\"product_id\":\"p\",\"" + text + "\":1}"));
            assertSame(bytes("{\"type\":\"click\",\"product_id\":\"p\",\"other\":\"" + text + "\"}"));
            assertSame(bytes("{\"type\":\"click\",\"product_id\":\"" + text + "\"}"));
        }
    }

    @Test
    void shouldReadPlainEventsByItself() {
        PlainEventScanner scanner = new PlainEventScanner(new EventView());

        assertThat(PLAIN).allMatch(json -> scanner.scan(bytes(json), 0, bytes(json).length));
        assertThat(NOT_PLAIN).noneMatch(json -> scanner.scan(bytes(json), 0, bytes(json).length));
    }

    @Test
    void shouldReadPlainEventsWhereTheyStandAndNoFurther() {
        for (String json : PLAIN) {
            byte[] body = bytes("[1, " + json.strip() + ",{\"type\":");
            int from = 3;
            int behind = 4 + json.strip().length();

            assertThat(view.readPlain(body, from, body.length)).isEqualTo(behind);
            assertThat(writer.write(view)).isEqualTo(writer.write(((Valid) reader.read(bytes(json))).event()));
            assertThat(view.readPlain(body, from, behind)).isEqualTo(behind);
            for (int to = from; to < behind; to++) {
                assertThat(view.readPlain(body, from, to)).isEqualTo(-1);
            }
            assertThat(view.read(body, from, behind)).isNull();
            assertThat(view.read(body, from, behind + 1)).isNotNull();
        }
        assertThat(NOT_PLAIN).allMatch(json -> view.readPlain(bytes(json), 0, bytes(json).length) == -1);
    }

    @Test
    void shouldTakeAnIdATimeAndAnotherEndpoint() {
        byte[] endpoint = bytes("--/b\u00fc--");
        assertThat(view.read(bytes(PLAIN.get(1)))).isNull();

        view.assignId(bytes("e-7"));
        view.assignTime(12);
        view.assignEndpoint(endpoint, 2, endpoint.length - 2);

        assertThat(text(writer.write(view)))
                .isEqualTo(
                        "{\"type\":\"api_call\",\"id\":\"e-7\",\"time\":12,\"endpoint\":\"/b\u00fc\",\"status\":\"599\"}");
    }

    @Test
    void shouldWriteTheLongestTextsThereMayBe() {
        for (String character : List.of("\"", "\\", "x", "\u00fc", "\ud83d\ude00")) {
            String longest = character.repeat(Event.MAX_STRING_LENGTH);
            Event event = Event.ApiCall.of(longest, CallStatus.SUCCESS)
                    .with(longest, Instant.parse("9999-12-31T23:59:59.999Z"))
                    .withUser(longest)
                    .withMethod(longest)
                    .withDuration(Event.MAX_DURATION_MS);

            assertThat(reader.read(writer.write(event))).isEqualTo(new Valid(event));
        }
    }

    @Test
    void shouldReadAsTheReaderDoesWhateverTheBytes() throws IOException {
        Random random = new Random(20261121);
        List<byte[]> examples = examples();
        int valid = 0;
        for (int round = 0; round < 300_000; round++) {
            byte[] json = examples.get(random.nextInt(examples.size())).clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                json = mutate(json, random);
            }
            valid += assertSame(json) ? 1 : 0;
        }
        assertThat(valid).isBetween(10_000, 290_000);
    }

    private static byte[] mutate(byte[] json, Random random) {
        if (json.length == 0) {
            return json;
        }
        int at = random.nextInt(json.length);
        byte[] signs = bytes("\"\\{}[],:0123456789.eE- \ntfn\u007f");
        return switch (random.nextInt(4)) {
            case 0 -> splice(json, at, at + 1, new byte[] {signs[random.nextInt(signs.length)]});
            case 1 -> splice(json, at, at, new byte[] {signs[random.nextInt(signs.length)]});
            case 2 -> splice(json, at, at + 1, new byte[0]);
            default -> splice(json, at, at + 1, new byte[] {(byte) random.nextInt(256)});
        };
    }

    private static byte[] splice(byte[] json, int from, int to, byte[] by) {
        byte[] result = new byte[json.length - (to - from) + by.length];
        System.arraycopy(json, 0, result, 0, from);
        System.arraycopy(by, 0, result, from, by.length);
        System.arraycopy(json, to, result, from + by.length, json.length - to);
        return result;
    }

    private boolean assertSame(byte[] json) {
        EventReading expected = reader.read(json);
        Invalid invalid = view.read(json);
        if (expected instanceof Valid valid) {
            assertThat(invalid).as(text(json)).isNull();
            byte[] normal = writer.write(valid.event());
            assertThat(reader.read(normal)).as(text(json)).isEqualTo(valid);
            assertThat(text(writer.write(view))).as(text(json)).isEqualTo(text(normal));
            return true;
        }
        assertThat(invalid).as(text(json)).isEqualTo(expected);
        return false;
    }

    private static List<byte[]> examples() throws IOException {
        List<byte[]> examples = new ArrayList<>();
        PLAIN.forEach(json -> examples.add(bytes(json)));
        NOT_PLAIN.forEach(json -> examples.add(bytes(json)));
        ObjectMapper mapper = new ObjectMapper();
        try (InputStream golden = EventViewTest.class.getResourceAsStream("/golden/events.json")) {
            for (JsonNode kind : mapper.readTree(golden)) {
                for (JsonNode example : kind) {
                    examples.add(mapper.writeValueAsBytes(example.get("in")));
                }
            }
        }
        return examples;
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
