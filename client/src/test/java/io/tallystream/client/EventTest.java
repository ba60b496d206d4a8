package io.tallystream.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {
    private static final Instant TIME = Instant.parse("2026-11-21T10:15:31.250Z");

    private static io.tallystream.schema.event.Event read(Event event) {
        EventReading reading = new EventReader().read(event.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(reading).as(event.toString()).isInstanceOf(EventReading.Valid.class);
        return ((EventReading.Valid) reading).event();
    }

    @Test
    void shouldBeReadAsWhatItIs() {
        assertThat(Event.apiCall("/orders/{id}", 503)
                        .id("c1")
                        .time(TIME)
                        .user("u1")
                        .method("GET")
                        .duration(Duration.ofMillis(12)))
                .hasToString(
                        "{\"type\":\"api_call\",\"id\":\"c1\",\"time\":" + TIME.toEpochMilli()
                                + ",\"endpoint\":\"/orders/{id}\",\"status\":503,\"user_id\":\"u1\",\"method\":\"GET\",\"duration_ms\":12}")
                .satisfies(EventTest::read);
        assertThat(read(Event.click("p1").page("/shop")).toString()).contains("p1", "/shop");
        assertThat(read(Event.pageView("/home")).toString()).contains("/home");
        assertThat(read(Event.dwell("/home", Duration.ofSeconds(3))).toString()).contains("3000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "\"quoted\"", "back\\slash", "ü \ud83d\ude00", "a/b?c=d&e", "{}[],:"})
    void shouldKeepTexts(String text) {
        assertThat(read(Event.click(text).user(text)).userId()).isEqualTo(text);
    }

    /** The gateway rejects them, which is for the gateway to say: they must not break the other events' JSON. */
    @Test
    void shouldQuoteWhatIsNoText() {
        assertThat(Event.click("a\nb\u0000")).asString().contains("\"a\\u000ab\\u0000\"");
    }

    @ParameterizedTest
    @CsvSource({"\ud83d, d83d", "a\ude00, ude00", "\ud83d\ud83d\ude00, d83d", "\ude00\ud83d, ude00"})
    void shouldNotMakeAnotherTextOfHalfACharacter(String text, String half) {
        EventReading reading =
                new EventReader().read(Event.click(text).toString().getBytes(StandardCharsets.UTF_8));

        assertThat(Event.click(text)).asString().contains(half);
        assertThat(reading)
                .isInstanceOfSatisfying(
                        EventReading.Invalid.class,
                        invalid -> assertThat(invalid.field()).isEqualTo("product_id"));
    }

    @Test
    void shouldHaveAnIdAndATimeOfItsOwn() {
        Event event = Event.click("p1");

        assertThat(read(event).id())
                .isEqualTo(event.id())
                .isNotEqualTo(Event.click("p1").id());
        assertThat(event.user("u1").id()).isEqualTo(event.id());
        assertThat(read(event).time()).isNotNull();
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThatNullPointerException().isThrownBy(() -> Event.click(null)).withMessage("product_id");
        assertThatNullPointerException()
                .isThrownBy(() -> Event.click("p").user(null))
                .withMessage("user_id");
    }
}
