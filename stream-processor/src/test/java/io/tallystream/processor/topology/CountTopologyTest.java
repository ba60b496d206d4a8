package io.tallystream.processor.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tallystream.processor.Recount;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.kafka.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CountTopologyTest {
    private static final String API_CALLS = "api-calls";
    private static final String USER_ACTIONS = "user-actions";
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:31.250Z");

    private static final String CALL = """
            {"type":"api_call","user_id":"u1","endpoint":"/orders/{id}","method":"GET","status":503,"duration_ms":12}""";
    private static final String CLICK = """
            {"type":"click","user_id":"u1","product_id":"p1","page":"/shop"}""";
    private static final String PAGE_VIEW = """
            {"type":"page_view","user_id":"u1","page":"/home"}""";
    private static final String DWELL = """
            {"type":"dwell","user_id":"u1","page":"/home","duration_ms":1500}""";

    private static final String COUNTS_OF_CALL = """
            counts-minute calls|minute|2026-11-20T10:15Z|total| 1
            counts-minute calls|minute|2026-11-20T10:15Z|endpoint|/orders/{id} 1
            counts-minute calls|minute|2026-11-20T10:15Z|status|503 1
            counts-minute calls|minute|2026-11-20T10:15Z|endpoint_status|503 /orders/{id} 1
            counts-hour calls|hour|2026-11-20T10:00Z|total| 1
            counts-hour calls|hour|2026-11-20T10:00Z|endpoint|/orders/{id} 1
            counts-hour calls|hour|2026-11-20T10:00Z|status|503 1
            counts-hour calls|hour|2026-11-20T10:00Z|endpoint_status|503 /orders/{id} 1
            counts-day calls|day|2026-11-20|total| 1
            counts-day calls|day|2026-11-20|endpoint|/orders/{id} 1
            counts-day calls|day|2026-11-20|status|503 1
            counts-day calls|day|2026-11-20|endpoint_status|503 /orders/{id} 1
            counts-user-day calls|day|2026-11-20|user|u1 1
            counts-hour latency|hour|2026-11-20T10:00Z|endpoint_latency|12 /orders/{id} 1
            counts-day latency|day|2026-11-20|endpoint_latency|12 /orders/{id} 1
            """;
    private static final String COUNTS_OF_CLICK = """
            counts-minute clicks|minute|2026-11-20T10:15Z|total| 1
            counts-hour clicks|hour|2026-11-20T10:00Z|total| 1
            counts-hour clicks|hour|2026-11-20T10:00Z|product|p1 1
            counts-day clicks|day|2026-11-20|total| 1
            counts-day clicks|day|2026-11-20|product|p1 1
            counts-user-day clicks|day|2026-11-20|user|u1 1
            counts-lifetime clicks|lifetime|all|total| 1
            counts-lifetime clicks|lifetime|all|product|p1 1
            counts-lifetime clicks|lifetime|all|user|u1 1
            """;
    private static final String COUNTS_OF_PAGE_VIEW = """
            counts-minute page_views|minute|2026-11-20T10:15Z|total| 1
            counts-hour page_views|hour|2026-11-20T10:00Z|total| 1
            counts-hour page_views|hour|2026-11-20T10:00Z|page|/home 1
            counts-day page_views|day|2026-11-20|total| 1
            counts-day page_views|day|2026-11-20|page|/home 1
            """;
    private static final String COUNTS_OF_DWELL = """
            counts-hour dwells|hour|2026-11-20T10:00Z|total| 1
            counts-hour dwells|hour|2026-11-20T10:00Z|page|/home 1
            counts-hour dwell_ms|hour|2026-11-20T10:00Z|total| 1500
            counts-hour dwell_ms|hour|2026-11-20T10:00Z|page|/home 1500
            counts-day dwells|day|2026-11-20|total| 1
            counts-day dwells|day|2026-11-20|page|/home 1
            counts-day dwell_ms|day|2026-11-20|total| 1500
            counts-day dwell_ms|day|2026-11-20|page|/home 1500
            """;

    private static final String COUNTS_OF_RECORDS = """
            counts-minute events|minute|2026-11-20T10:15Z|total| %1$d
            counts-minute events|minute|2026-11-20T10:15Z|outcome|accepted %1$d
            counts-hour events|hour|2026-11-20T10:00Z|total| %1$d
            counts-hour events|hour|2026-11-20T10:00Z|outcome|accepted %1$d
            counts-day events|day|2026-11-20|total| %1$d
            counts-day events|day|2026-11-20|outcome|accepted %1$d
            """;

    @TempDir
    private Path folder;

    private CountingDriver driver;

    @AfterEach
    void closeDriver() {
        if (driver != null) {
            driver.close();
        }
    }

    @Test
    void shouldCountACall() {
        start(Map.of());

        driver.append(NOW, API_CALLS, CALL);

        assertThat(driver.counts()).isEqualTo(lines(COUNTS_OF_CALL + COUNTS_OF_RECORDS.formatted(1) + countsOfUser()));
    }

    @Test
    void shouldCountAClick() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, CLICK);

        assertThat(driver.counts()).isEqualTo(lines(COUNTS_OF_CLICK + COUNTS_OF_RECORDS.formatted(1) + countsOfUser()));
    }

    @Test
    void shouldCountAPageView() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, PAGE_VIEW);

        assertThat(driver.counts())
                .isEqualTo(lines(COUNTS_OF_PAGE_VIEW + COUNTS_OF_RECORDS.formatted(1) + countsOfUser()));
    }

    @Test
    void shouldCountADwell() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, DWELL);

        assertThat(driver.counts()).isEqualTo(lines(COUNTS_OF_DWELL + COUNTS_OF_RECORDS.formatted(1) + countsOfUser()));
    }

    /** A row that is added to the table without its lines above fails here. */
    @Test
    void shouldCountEveryRow() {
        start(Map.of());

        driver.append(NOW, API_CALLS, CALL);
        driver.append(NOW, USER_ACTIONS, CLICK);
        driver.append(NOW, USER_ACTIONS, PAGE_VIEW);
        driver.append(NOW, USER_ACTIONS, DWELL);

        Map<String, Map<String, Long>> expected = lines(COUNTS_OF_CALL
                + COUNTS_OF_CLICK
                + COUNTS_OF_PAGE_VIEW
                + COUNTS_OF_DWELL
                + COUNTS_OF_RECORDS.formatted(4)
                + countsOfUser());
        assertThat(driver.counts()).isEqualTo(expected);
        for (CountTable.Row row : CountTable.rows()) {
            for (Granularity granularity : Granularity.values()) {
                String head = row.metric().wireName() + "|" + granularity.wireName() + "|";
                assertThat(driver.flatCounts().keySet())
                        .as(row + " per " + granularity)
                        .filteredOn(key -> key.startsWith(head)
                                && key.split("\\|", 5)[3].equals(row.dimension().wireName()))
                        .matches(keys -> keys.isEmpty() != row.granularities().contains(granularity));
            }
        }
    }

    @Test
    void shouldAddUp() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, DWELL);
        driver.append(NOW, USER_ACTIONS, DWELL);
        driver.append(NOW.plusSeconds(3600), USER_ACTIONS, DWELL);

        assertThat(driver.flatCounts())
                .contains(
                        entry("dwell_ms|hour|2026-11-20T10:00Z|total|", 3000L),
                        entry("dwell_ms|hour|2026-11-20T11:00Z|total|", 1500L),
                        entry("dwell_ms|day|2026-11-20|page|/home", 4500L),
                        entry("dwells|day|2026-11-20|total|", 3L));
    }

    @Test
    void shouldCountEventsOfAnyTypeOnEitherTopic() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, CALL);
        driver.append(NOW, API_CALLS, DWELL);

        assertThat(driver.counts())
                .isEqualTo(lines(COUNTS_OF_CALL + COUNTS_OF_DWELL + COUNTS_OF_RECORDS.formatted(2) + countsOfUser()));
    }

    @Test
    void shouldCountWithoutAUserEverywhereButPerUser() {
        start(Map.of());

        driver.append(NOW, API_CALLS, CALL.replace("\"user_id\":\"u1\",", ""));
        driver.append(NOW, USER_ACTIONS, CLICK.replace("\"user_id\":\"u1\",", ""));

        Map<String, Map<String, Long>> expected =
                lines((COUNTS_OF_CALL + COUNTS_OF_CLICK + COUNTS_OF_RECORDS.formatted(2))
                        .lines()
                        .filter(line -> !line.contains("|user|"))
                        .collect(Collectors.joining("\n")));
        assertThat(driver.counts()).isEqualTo(expected);
    }

    @Test
    void shouldNotCountADwellOfNoTimeAsTime() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, DWELL.replace("1500", "0"));

        assertThat(of("dwell"))
                .containsOnly(
                        entry("dwells|hour|2026-11-20T10:00Z|total|", 1L),
                        entry("dwells|hour|2026-11-20T10:00Z|page|/home", 1L),
                        entry("dwells|day|2026-11-20|total|", 1L),
                        entry("dwells|day|2026-11-20|page|/home", 1L));
    }

    @Test
    void shouldTakeAnyMember() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, """
                {"type":"click","product_id":"||a|\u00fc \ud83d\ude00","user_id":"|"}""");

        assertThat(driver.counts().get("counts-lifetime"))
                .containsOnly(
                        entry("new_users|lifetime|all|total|", 1L),
                        entry("clicks|lifetime|all|total|", 1L),
                        entry("clicks|lifetime|all|product|||a|\u00fc \ud83d\ude00", 1L),
                        entry("clicks|lifetime|all|user||", 1L));
    }

    @Test
    void shouldAddUpTheNewUsersOfAllDays() {
        start(Map.of());

        for (int day = 0; day < 3; day++) {
            for (int user = 0; user <= day; user++) {
                driver.append(NOW.plus(Duration.ofDays(day)), USER_ACTIONS, """
                        {"type":"page_view","page":"/","user_id":"u%d of day %d"}""".formatted(user, day));
            }
        }

        assertThat(of("new_users"))
                .containsOnly(
                        entry("new_users|day|2026-11-20|total|", 1L),
                        entry("new_users|day|2026-11-21|total|", 2L),
                        entry("new_users|day|2026-11-22|total|", 3L),
                        entry("new_users|lifetime|all|total|", 6L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"})
    void shouldCountLikeAPlainRecount(String zone) {
        start(Map.of("TIME_ZONE", zone));

        RandomEvents events = new RandomEvents(ZoneId.of(zone), 20261120);
        events.appendTo(driver, 800);

        events.recount.roll();
        assertThat(driver.flatCounts()).isEqualTo(events.recount.counts());
        assertThat(driver.newDeadLetters()).hasSize(events.refused).hasSizeGreaterThan(10);
        assertThat(driver.read(Topics.REROUTED)).hasSizeGreaterThan(10);
    }

    @Test
    void shouldBalance() {
        start(Map.of());

        new RandomEvents(ZoneId.of("UTC"), 4711).appendTo(driver, 800);

        Map<String, Long> counts = driver.flatCounts();
        for (String metric : List.of("calls", "clicks", "page_views")) {
            assertThat(regrouped(counts, metric + "|minute|", "|total|", "2026-11-20T10"))
                    .as("minutes of " + metric + " by hour")
                    .isEqualTo(regrouped(counts, metric + "|hour|", "|total|", "2026-11-20T10"))
                    .hasSizeGreaterThan(10);
        }
        for (String metric : List.of("calls", "clicks", "page_views", "dwells", "dwell_ms")) {
            assertThat(regrouped(counts, metric + "|hour|", "|total|", "2026-11-20"))
                    .as("hours of " + metric + " by day")
                    .isEqualTo(regrouped(counts, metric + "|day|", "|total|", "2026-11-20"))
                    .hasSizeGreaterThan(1);
        }
        for (CountTable.Row row : CountTable.rows()) {
            for (Granularity granularity : row.granularities()) {
                // Not every event has a user.
                if (!row.dimension().wireName().equals("user")
                        && !row.metric().wireName().equals("latency")) {
                    String head = row.metric().wireName() + "|" + granularity.wireName() + "|";
                    String dimension = "|" + row.dimension().wireName() + "|";
                    assertThat(regrouped(counts, head, dimension, "2026-11-20T10:15Z"))
                            .as(row + " by window")
                            .isEqualTo(regrouped(counts, head, "|total|", "2026-11-20T10:15Z"))
                            .isNotEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2026-03-08, 23", "2026-11-01, 25", "2026-07-01, 24"})
    void shouldCountDaysOfTheZonesOwnLength(LocalDate date, long hours) {
        start(Map.of("TIME_ZONE", "America/New_York"));

        ZoneId zone = ZoneId.of("America/New_York");
        Instant start = date.minusDays(1).atStartOfDay(zone).toInstant();
        Instant end = date.plusDays(2).atStartOfDay(zone).toInstant();
        for (Instant time = start; time.isBefore(end); time = time.plus(Duration.ofMinutes(30))) {
            driver.append(time, USER_ACTIONS, PAGE_VIEW);
        }

        assertThat(where(key -> key.startsWith("page_views|day|") && key.endsWith("|total|"), driver.flatCounts()))
                .containsOnly(
                        entry("page_views|day|" + date.minusDays(1) + "|total|", 48L),
                        entry("page_views|day|" + date + "|total|", 2 * hours),
                        entry("page_views|day|" + date.plusDays(1) + "|total|", 48L));
        assertThat(where(key -> key.startsWith("page_views|hour|") && key.endsWith("|total|"), driver.flatCounts()))
                .hasSize(Math.toIntExact(48 + hours))
                .allSatisfy((hour, count) -> assertThat(count).isEqualTo(2));
    }

    @ParameterizedTest
    @CsvSource({
        "Asia/Shanghai, 2026-11-20T15:59:59.999Z, 2026-11-20T15:59Z, 2026-11-20T15:00Z, 2026-11-20",
        "Asia/Shanghai, 2026-11-20T16:00:00Z,     2026-11-20T16:00Z, 2026-11-20T16:00Z, 2026-11-21",
        "Asia/Kolkata,  2026-11-20T18:29:59.999Z, 2026-11-20T18:29Z, 2026-11-20T17:30Z, 2026-11-20",
        "Asia/Kolkata,  2026-11-20T18:30:00Z,     2026-11-20T18:30Z, 2026-11-20T18:30Z, 2026-11-21",
    })
    void shouldCountInTheZonesWindows(String zone, Instant time, String minute, String hour, String day) {
        start(Map.of("TIME_ZONE", zone));

        driver.append(time, USER_ACTIONS, PAGE_VIEW);

        assertThat(of("page_views"))
                .containsOnly(
                        entry("page_views|minute|" + minute + "|total|", 1L),
                        entry("page_views|hour|" + hour + "|total|", 1L),
                        entry("page_views|hour|" + hour + "|page|/home", 1L),
                        entry("page_views|day|" + day + "|total|", 1L),
                        entry("page_views|day|" + day + "|page|/home", 1L));
    }

    @Test
    void shouldCountAtTheEventsTimeNotAtTheAppends() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, at(Instant.parse("2026-11-20T09:59:59.999Z"), PAGE_VIEW));

        assertThat(driver.flatCounts())
                .containsEntry("page_views|minute|2026-11-20T09:59Z|total|", 1L)
                .containsEntry("page_views|hour|2026-11-20T09:00Z|total|", 1L);
    }

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

    static Stream<byte[]> invalidValues() {
        return Stream.of(null, new byte[0], bytes("no JSON"), bytes("[]"), bytes("{\"type\":\"click\"}"), new byte[] {
            (byte) 0xff, 0, '{'
        });
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

    @Test
    void shouldNotCarryHeadersOfCountedEventsOn() {
        start(Map.of());

        driver.append(NOW, API_CALLS, null, bytes(CALL), new RecordHeaders().add("trace", bytes("t1")));

        assertThat(driver.read("tallystream-processor-amounts-repartition"))
                .isNotEmpty()
                .allSatisfy(amount -> assertThat(amount.headers()).isEmpty());
        assertThat(driver.newCountRecords())
                .isNotEmpty()
                .allSatisfy(count -> assertThat(count.headers()).isEmpty());
    }

    @Test
    void shouldStampWhatItWritesWithTheWallClock() {
        start(Map.of());

        driver.append(NOW, USER_ACTIONS, PAGE_VIEW);
        driver.append(NOW, USER_ACTIONS, "no JSON");
        assertThat(driver.newCountRecords())
                .isNotEmpty()
                .allSatisfy(count -> assertThat(count.getRecordTime()).isEqualTo(CountingDriver.WALL_CLOCK));
        assertThat(driver.newDeadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.getRecordTime()).isEqualTo(CountingDriver.WALL_CLOCK));

        driver.advanceWallClock(Duration.ofHours(30));
        driver.append(NOW.plusSeconds(1), USER_ACTIONS, PAGE_VIEW);
        assertThat(driver.newCountRecords())
                .isNotEmpty()
                .allSatisfy(count -> assertThat(count.getRecordTime())
                        .isEqualTo(CountingDriver.WALL_CLOCK.plus(Duration.ofHours(30))));
    }

    /** Names on Kafka: under another, a processor would not find what was counted before. */
    @Test
    void shouldKeepTheNamesOfItsState() {
        start(Map.of());

        assertThat(driver.stores())
                .containsExactlyInAnyOrder("count-buffer", "users", "seen-ids", "merge-buffer", "merged-counts");
        driver.append(NOW, USER_ACTIONS, PAGE_VIEW);
        driver.append(NOW, USER_ACTIONS, null, bytes(CLICK.replace("{", "{\"id\":\"i\",")), new RecordHeaders());
        for (String topic :
                List.of("amounts-repartition", "users-changelog", "seen-ids-changelog", "merged-counts-changelog")) {
            assertThat(driver.read("tallystream-processor-" + topic)).as(topic).isNotEmpty();
        }
    }

    @Test
    void shouldCountAnIdOnceWithinTheHorizon() {
        start(Map.of("DEDUPLICATION_HORIZON", "PT10M"));
        String view = PAGE_VIEW.replace("{", "{\"id\":\"v1\",");

        driver.append(NOW, USER_ACTIONS, view);
        driver.append(NOW.plus(Duration.ofMinutes(10)), USER_ACTIONS, view);
        driver.append(NOW.plus(Duration.ofMinutes(10)).plusMillis(1), API_CALLS, view);

        assertThat(daysOf("page_views")).isEqualTo(2);
        assertThat(driver.flatCounts())
                .contains(
                        entry("events|day|2026-11-20|outcome|accepted", 2L),
                        entry("events|day|2026-11-20|outcome|duplicate", 1L),
                        entry("events|day|2026-11-20|total|", 3L));
        assertThat(driver.newDeadLetters()).isEmpty();
    }

    @Test
    void shouldCountMembersPastTheLimitUnderOne() {
        start(Map.of("PARTITIONS", "1", "MAX_MEMBERS", "3"));

        for (int i = 0; i < 10; i++) {
            driver.append(NOW, API_CALLS, CALL.replace("/orders/{id}", "/e" + i));
        }
        driver.append(NOW, API_CALLS, CALL.replace("/orders/{id}", "/e1"));
        driver.append(NOW, API_CALLS, CALL.replace("/orders/{id}", "__other__/0"));

        assertThat(where(key -> key.startsWith("calls|day|") && key.contains("|endpoint|"), driver.flatCounts()))
                .containsOnly(
                        entry("calls|day|2026-11-20|endpoint|/e0", 1L),
                        entry("calls|day|2026-11-20|endpoint|/e1", 2L),
                        entry("calls|day|2026-11-20|endpoint|/e2", 1L),
                        entry("calls|day|2026-11-20|endpoint|__other__/0", 8L));
        assertThat(where(key -> key.startsWith("calls|day|") && key.contains("|endpoint_status|"), driver.flatCounts()))
                .as("a name is in with all its dimensions or with none")
                .containsOnly(
                        entry("calls|day|2026-11-20|endpoint_status|503 /e0", 1L),
                        entry("calls|day|2026-11-20|endpoint_status|503 /e1", 2L),
                        entry("calls|day|2026-11-20|endpoint_status|503 /e2", 1L),
                        entry("calls|day|2026-11-20|endpoint_status|503 __other__/0", 8L));
        assertThat(daysOf("calls")).isEqualTo(12);
    }

    @Test
    void shouldNotCountANameFromOutsideThatLooksLikeOneOfItsOwnAsSuch() {
        start(Map.of("PARTITIONS", "1", "MAX_MEMBERS", "3"));

        driver.append(NOW, API_CALLS, CALL.replace("/orders/{id}", "__other__/7"));

        assertThat(where(key -> key.startsWith("calls|day|") && key.contains("|endpoint|"), driver.flatCounts()))
                .as("partition 7 writes that address")
                .containsOnly(entry("calls|day|2026-11-20|endpoint|__other__/0", 1L));
    }

    private void start(Map<String, String> variables) {
        driver = new CountingDriver(folder, variables);
    }

    /** What the first event of a user adds to the counts of users. */
    private static String countsOfUser() {
        StringBuilder lines = new StringBuilder("""
                counts-day new_users|day|2026-11-20|total| 1
                counts-day active_users|day|2026-11-20|total| 1
                counts-lifetime new_users|lifetime|all|total| 1
                """);
        for (int length : new int[] {7, 30}) {
            for (int day = 0; day < length; day++) {
                lines.append("counts-day active_users_%dd|day|%s|total| 1%n"
                        .formatted(length, LocalDate.of(2026, 11, 20).plusDays(day)));
            }
        }
        return lines.toString();
    }

    private Map<String, Long> of(String metric) {
        return where(key -> key.startsWith(metric), driver.flatCounts());
    }

    private long daysOf(String metric) {
        return where(key -> key.startsWith(metric + "|day|") && key.endsWith("|total|"), driver.flatCounts())
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Of lines such as {@code topic key value}. */
    private static Map<String, Map<String, Long>> lines(String text) {
        Map<String, Map<String, Long>> byTopic = new TreeMap<>();
        text.lines().forEach(line -> {
            int key = line.indexOf(' ') + 1;
            int value = line.lastIndexOf(' ') + 1;
            byTopic.computeIfAbsent(line.substring(0, key - 1), topic -> new TreeMap<>())
                    .put(line.substring(key, value - 1), Long.parseLong(line.substring(value)));
        });
        return byTopic;
    }

    private static Map<String, Long> where(Predicate<String> condition, Map<String, Long> counts) {
        Map<String, Long> chosen = new TreeMap<>(counts);
        chosen.keySet().removeIf(condition.negate());
        return chosen;
    }

    /** The counts whose keys begin so and are of that dimension, summed up by as much of the window's label as the example has. */
    private static Map<String, Long> regrouped(
            Map<String, Long> counts, String head, String dimension, String labelExample) {
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((key, count) -> {
            String label = key.split("\\|", 5)[2];
            if (key.startsWith(head + label + dimension)) {
                String group = label.substring(0, Math.min(label.length(), labelExample.length()));
                sums.merge(group, count, Long::sum);
            }
        });
        return sums;
    }

    private static String at(Instant time, String json) {
        return json.replace("{\"type\"", "{\"time\":\"" + time + "\",\"type\"");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static Map<String, String> headers(TestRecord<?, ?> record) {
        Map<String, String> texts = new HashMap<>();
        for (Header header : record.headers()) {
            texts.put(header.key(), header.value() == null ? null : new String(header.value(), UTF_8));
        }
        return texts;
    }

    /** Events of all types over some three days around a change of clocks, some refused, and what they should come to. */
    private static final class RandomEvents {
        private static final Instant BEGIN = Instant.parse("2026-10-31T02:00:00Z");
        private static final long MILLIS_BETWEEN = Duration.ofMinutes(10).toMillis();
        private static final long LATENESS = Duration.ofHours(1).toMillis();
        private static final long SKEW = Duration.ofMinutes(5).toMillis();

        private final Random random;
        private final Recount recount;
        private int refused;

        RandomEvents(ZoneId zone, long seed) {
            recount = new Recount(zone);
            random = new Random(seed);
        }

        void appendTo(CountingDriver driver, int number) {
            Instant appended = BEGIN;
            for (int i = 0; i < number; i++) {
                appended = appended.plusMillis(random.nextLong(MILLIS_BETWEEN));
                String topic = random.nextBoolean() ? API_CALLS : USER_ACTIONS;
                driver.append(appended, topic, next(appended));
            }
        }

        private String next(Instant appended) {
            long offset = oneOf(0L, random.nextLong(-LATENESS, SKEW), random.nextLong(-2 * LATENESS, 2 * SKEW));
            Instant time = appended.plusMillis(offset);
            boolean accepted = offset >= -LATENESS && offset <= SKEW;
            String user = oneOf(null, "ann", "bob|b", "zo\u00eb");
            if (accepted) {
                recount.record(appended, "accepted");
                if (user != null) {
                    recount.user(time, user);
                }
            } else {
                recount.record(appended, offset < 0 ? "late" : "future");
                refused++;
            }
            String head = (user == null ? "" : "\"user_id\":\"" + user + "\",") + "\"time\":" + time.toEpochMilli();
            return switch (random.nextInt(5)) {
                case 0 -> {
                    String product = oneOf("p1", "p2", "p|3");
                    if (accepted) {
                        recount.click(time, user, product);
                    }
                    yield "{\"type\":\"click\",\"product_id\":\"" + product + "\"," + head + "}";
                }
                case 1 -> {
                    String page = oneOf("/", "/shop");
                    if (accepted) {
                        recount.view(time, page);
                    }
                    yield "{\"type\":\"page_view\",\"page\":\"" + page + "\"," + head + "}";
                }
                case 2 -> {
                    String page = oneOf("/", "/shop");
                    long millis = oneOf(0L, random.nextLong(100_000), 86_400_000L);
                    if (accepted) {
                        recount.dwell(time, page, millis);
                    }
                    yield "{\"type\":\"dwell\",\"page\":\"" + page + "\",\"duration_ms\":" + millis + "," + head + "}";
                }
                default -> {
                    String endpoint = oneOf("/a", "/b|c", "/d e");
                    String status = oneOf("success", "error", "200", "404");
                    long millis = oneOf((long) random.nextInt(30), (long) random.nextInt(5_000), 86_400_000L);
                    if (accepted) {
                        recount.call(time, user, endpoint, status);
                        recount.latency(time, endpoint, millis);
                    }
                    yield "{\"type\":\"api_call\",\"endpoint\":\"" + endpoint + "\",\"status\":\"" + status
                            + "\",\"duration_ms\":" + millis + "," + head + "}";
                }
            };
        }

        @SafeVarargs
        private <T> T oneOf(T... choices) {
            return choices[random.nextInt(choices.length)];
        }
    }
}
