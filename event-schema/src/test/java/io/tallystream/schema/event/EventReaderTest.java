package io.tallystream.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
    private static final String VALID = "{\"type\":\"page_view\",\"id\":\"i\",\"page\":\"/\"}";

    private final EventReader reader = new EventReader();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "\"text\"",
                "[]",
                "{",
                "{\"type\":",
                "{\"type\":\"click\"",
                "{type:1}",
                "{\"type\":NaN}",
                "\uFEFF",
                "{\"type\":\"click\"} x",
                "{\"type\":\"click\"}{}",
                "{\"x\":01}",
            })
    void shouldCallAnythingThatIsNotOneJsonObjectMalformed(String json) {
        assertThat(read(json)).isInstanceOfSatisfying(Invalid.class, invalid -> {
            assertThat(invalid.field()).isNull();
            assertThat(invalid.code()).isEqualTo("malformed");
        });
    }

    @Test
    void shouldCallNoValueMalformed() {
        assertThat(reader.read(null)).isInstanceOf(Invalid.class);
    }

    @Test
    void shouldCallInvalidUtf8Malformed() {
        byte[] json = VALID.replace("/", "/?").getBytes(StandardCharsets.UTF_8);
        json[VALID.indexOf("/\"") + 1] = (byte) 0xff;

        assertThat(reader.read(json)).isInstanceOf(Invalid.class);
    }

    @Test
    void shouldLimitDepth() {
        String deep = "{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

        assertThat(read(deep)).isInstanceOf(Invalid.class);
    }

    @Test
    void shouldNotSpendTimeOnAbsurdNumbers() {
        assertThat(duration("1e999999999")).isInstanceOf(Invalid.class);
        assertThat(duration("1e999999999999")).isInstanceOf(Invalid.class);
        assertThat(duration("-1e999999999")).isInstanceOf(Invalid.class);
        assertThat(duration("1e-999999999")).isEqualTo(duration("0"));
        assertThat(duration("0.05")).isEqualTo(duration("0"));
        assertThat(duration("0.5")).isEqualTo(duration("1"));
    }

    @Test
    void shouldCountCharactersNotBytesOrSurrogates() {
        assertThat(page("😀".repeat(Event.MAX_STRING_LENGTH))).isInstanceOf(Valid.class);
        assertThat(page("a".repeat(Event.MAX_STRING_LENGTH + 1))).isInstanceOfSatisfying(Invalid.class, invalid -> {
            assertThat(invalid.field()).isEqualTo("page");
            assertThat(invalid.code()).isEqualTo("too_long");
        });
    }

    @Test
    void shouldRefuseAFieldGivenTwice() {
        assertThat(read("{\"type\":\"page_view\",\"page\":\"/a\",\"page\":\"/b\"}"))
                .isInstanceOfSatisfying(Invalid.class, invalid -> {
                    assertThat(invalid.field()).isEqualTo("page");
                    assertThat(invalid.code()).isEqualTo("repeated");
                });
    }

    @Test
    void shouldGoOnBehindAnInvalidEvent() throws IOException {
        try (JsonParser parser = reader.parser(
                ("[{\"type\":{\"a\":[1]},\"page\":[[]]}," + VALID + "]").getBytes(StandardCharsets.UTF_8))) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_ARRAY);
            parser.nextToken();

            EventReading first = reader.readNext(parser);
            parser.nextToken();
            EventReading second = reader.readNext(parser);

            assertThat(first).isInstanceOf(Invalid.class);
            assertThat(second).isEqualTo(read(VALID));
            assertThat(parser.nextToken()).isEqualTo(JsonToken.END_ARRAY);
        }
    }

    @Test
    void shouldNeverThrowWhateverTheBytes() {
        Random random = new Random(20261120);
        byte[] valid =
                "{\"type\":\"api_call\",\"time\":1795166131250,\"endpoint\":\"/é\",\"status\":200,\"duration_ms\":1.5}"
                        .getBytes(StandardCharsets.UTF_8);
        int invalid = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] mutated = valid.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            invalid += reader.read(mutated) instanceof Invalid ? 1 : 0;
        }
        assertThat(invalid).isBetween(1, 49_999);
    }

    private EventReading duration(String number) {
        return read("{\"type\":\"dwell\",\"page\":\"/\",\"duration_ms\":" + number + "}");
    }

    private EventReading page(String page) {
        return read("{\"type\":\"page_view\",\"page\":\"" + page + "\"}");
    }

    private EventReading read(String json) {
        return reader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
