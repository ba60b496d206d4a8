package io.tallystream.processor.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not counted, and what becomes of it. */
class RefusedRecordsTest extends TopologyCase {
    @ParameterizedTest
    @CsvSource({"PT1H", "PT10M", "P2D"})
    void shouldCountUpToTheAllowedLateness(Duration allowed) {
        start(Map.of("ALLOWED_LATENESS", allowed.toString()));

        driver.append(NOW, API_CALLS, at(NOW.minus(allowed), PAGE_VIEW));
        driver.append(NOW, API_CALLS, at(NOW.minus(allowed).minusMillis(1), PAGE_VIEW));

        assertThat(daysOf("page_views")).isEqualTo(1);
        assertThat(driver.newDeadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.value()).isEqualTo(bytes(at(NOW.minus(allowed).minusMillis(1), PAGE_VIEW)));
            assertThat(headers(letter))
                    .contains(
                            entry("tallystream.reason", "late"),
                            entry("tallystream.topic", API_CALLS),
                            entry("tallystream.partition", "0"),
                            entry("tallystream.offset", "1"));
        });
    }

    @ParameterizedTest
    @CsvSource({"PT5M", "PT0.5S", "PT3H"})
    void shouldCountUpToTheAllowedSkew(Duration allowed) {
        start(Map.of("ALLOWED_SKEW", allowed.toString()));

        driver.append(NOW, USER_ACTIONS, at(NOW.plus(allowed), PAGE_VIEW));
        driver.append(NOW, USER_ACTIONS, at(NOW.plus(allowed).plusMillis(1), PAGE_VIEW));

        assertThat(daysOf("page_views")).isEqualTo(1);
        assertThat(driver.newDeadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.value()).isEqualTo(bytes(at(NOW.plus(allowed).plusMillis(1), PAGE_VIEW)));
            assertThat(headers(letter))
                    .contains(
                            entry("tallystream.reason", "future"),
                            entry("tallystream.topic", USER_ACTIONS),
                            entry("tallystream.partition", "0"),
                            entry("tallystream.offset", "1"));
        });
    }

    @Test
    void shouldNotHoldOneEventsTimeAgainstOthers() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, at(Instant.parse("2099-01-01T00:00:00Z"), PAGE_VIEW));
        driver.append(NOW, USER_ACTIONS, at(NOW.plus(Duration.ofMinutes(5)), PAGE_VIEW));
        driver.append(NOW, USER_ACTIONS, at(NOW.minus(Duration.ofHours(1)), PAGE_VIEW));
        driver.append(NOW, USER_ACTIONS, PAGE_VIEW);

        assertThat(where(key -> key.startsWith("page_views|minute|"), driver.flatCounts()))
                .containsOnly(
                        entry("page_views|minute|2026-11-20T10:20Z|total|", 1L),
                        entry("page_views|minute|2026-11-20T09:15Z|total|", 1L),
                        entry("page_views|minute|2026-11-20T10:15Z|total|", 1L));
    }

    /** As when two partitions are read one after the other, the newer first. */
    @Test
    void shouldCountTheOldestThereCanBeAfterTheNewest() {
        start(Map.of("EVENTS_RETENTION", "P3D"));

        Instant oldest = NOW.minus(Duration.ofDays(3));
        driver.append(NOW, USER_ACTIONS, at(NOW.plus(Duration.ofMinutes(5)), PAGE_VIEW));
        driver.append(oldest, USER_ACTIONS, at(oldest.minus(Duration.ofHours(1)), PAGE_VIEW));

        assertThat(driver.flatCounts())
                .containsEntry("page_views|minute|2026-11-17T09:15Z|total|", 1L)
                .containsEntry("page_views|hour|2026-11-17T09:00Z|total|", 1L)
                .containsEntry("page_views|day|2026-11-17|total|", 1L);
    }

    @ParameterizedTest
    @MethodSource("invalidValues")
    void shouldSetInvalidRecordsAsideAndGoOn(byte[] value) {
        start(Map.of());

        byte[] key = {1, 2, 3};
        driver.append(NOW, USER_ACTIONS, PAGE_VIEW);
        driver.append(NOW, USER_ACTIONS, key, value, new RecordHeaders().add("trace", bytes("t1")));
        driver.append(NOW, USER_ACTIONS, PAGE_VIEW);

        assertThat(daysOf("page_views")).isEqualTo(2);
        assertThat(driver.newDeadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo(key);
            assertThat(letter.value()).isEqualTo(value);
            assertThat(headers(letter))
                    .containsOnlyKeys(
                            "trace",
                            "tallystream.reason",
                            "tallystream.detail",
                            "tallystream.topic",
                            "tallystream.partition",
                            "tallystream.offset")
                    .contains(
                            entry("trace", "t1"),
                            entry("tallystream.reason", "invalid"),
                            entry("tallystream.topic", USER_ACTIONS),
                            entry("tallystream.partition", "0"),
                            entry("tallystream.offset", "1"));
        });
    }

    @Test
    void shouldTellWhichOfThosePolledAtOnceIsRefused() {
        start(Map.of());

        byte[] key = {1, 2, 3};
        byte[] value = bytes("no JSON");
        driver.poll(List.of(
                CountingDriver.polled(NOW, USER_ACTIONS, 500, null, bytes(PAGE_VIEW), new RecordHeaders()),
                CountingDriver.polled(
                        NOW, USER_ACTIONS, 502, key, value, new RecordHeaders().add("trace", bytes("t1"))),
                CountingDriver.polled(NOW, USER_ACTIONS, 503, null, bytes(PAGE_VIEW), new RecordHeaders())));

        assertThat(daysOf("page_views")).isEqualTo(2);
        assertThat(driver.newDeadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo(key);
            assertThat(letter.value()).isEqualTo(value);
            assertThat(headers(letter))
                    .hasSize(6)
                    .contains(
                            entry("trace", "t1"),
                            entry("tallystream.reason", "invalid"),
                            entry("tallystream.topic", USER_ACTIONS),
                            entry("tallystream.partition", "0"),
                            entry("tallystream.offset", "502"));
        });
    }

    @ParameterizedTest
    @CsvSource({"0, 1000000", "999999, 1", "1000000, 0"})
    void shouldKeepTheLargestDeadLettersWhole(int keyLength, int valueLength) {
        start(Map.of());

        driver.append(NOW, API_CALLS, new byte[keyLength], new byte[valueLength], new RecordHeaders());

        assertThat(driver.newDeadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).hasSize(keyLength);
            assertThat(letter.value()).hasSize(valueLength);
        });
    }

    /** Kafka compresses: what took less than its limit on the way in may need more on the way out. */
    @ParameterizedTest
    @CsvSource({"0, 0, 1000001, 1000000", "1000000, 0, 1, 1", "0, 1000000, 7, 7", "5000000, 5000000, 5000000, 1000000"})
    void shouldCutDeadLettersThatKafkaWouldRefuse(int key, int header, int value, int kept) {
        start(Map.of());

        driver.append(
                NOW,
                API_CALLS,
                new byte[key],
                new byte[value],
                new RecordHeaders().add("h", new byte[header]).add("e", null));

        assertThat(driver.newDeadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isNull();
            assertThat(letter.value()).hasSize(kept);
            assertThat(headers(letter))
                    .containsEntry("tallystream.reason", "invalid")
                    .doesNotContainKey("h");
            assertThat(headers(letter).get("tallystream.detail")).contains("too large");
        });
    }

    static Stream<byte[]> invalidValues() {
        return Stream.of(null, new byte[0], bytes("no JSON"), bytes("[]"), bytes("{\"type\":\"click\"}"), new byte[] {
            (byte) 0xff, 0, '{'
        });
    }

    private static Map<String, String> headers(TestRecord<?, ?> record) {
        Map<String, String> texts = new HashMap<>();
        for (Header header : record.headers()) {
            texts.put(header.key(), header.value() == null ? null : new String(header.value(), UTF_8));
        }
        return texts;
    }
}
