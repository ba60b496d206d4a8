package io.tallystream.processor.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Granularity;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class CountTopologyTest extends TopologyCase {
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
}
