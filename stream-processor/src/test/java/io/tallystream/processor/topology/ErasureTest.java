package io.tallystream.processor.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.kafka.CountRecord;
import io.tallystream.schema.kafka.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:31.250Z");
    private static final LocalDate TODAY = NOW.atZone(ZoneOffset.UTC).toLocalDate();

    @TempDir
    private Path folder;

    private CountingDriver driver;

    @BeforeEach
    void startDriver() {
        driver = new CountingDriver(folder, Map.of("RETENTION_USER_DAY", "P3D"));
    }

    @AfterEach
    void closeDriver() {
        driver.close();
    }

    @Test
    void shouldTakeBackAllCountsOfTheUserAndNoOthers() {
        call("u1", NOW.minus(Duration.ofDays(1)));
        call("u1", NOW);
        click("u1", NOW);
        click("u2", NOW);
        Map<String, Long> before = driver.flatCounts();
        assertThat(ofUsers(before))
                .isEqualTo(Map.of(
                        "calls|day|2026-11-19|user|u1", 1L,
                        "calls|day|2026-11-20|user|u1", 1L,
                        "clicks|day|2026-11-20|user|u1", 1L,
                        "clicks|day|2026-11-20|user|u2", 1L,
                        "clicks|lifetime|all|user|u1", 1L,
                        "clicks|lifetime|all|user|u2", 1L));

        driver.erase(NOW, "u1");

        Map<String, Long> after = driver.flatCounts();
        assertThat(ofUsers(after))
                .isEqualTo(Map.of("clicks|day|2026-11-20|user|u2", 1L, "clicks|lifetime|all|user|u2", 1L));
        assertThat(ofNobody(after)).as("counts of no user").isEqualTo(ofNobody(before));
    }

    @Test
    void shouldTakeBackEachDayThatCanBeOnItsTopic() {
        driver.erase(NOW, "u1");

        List<TestRecord<byte[], byte[]>> records = driver.newCountRecords();
        assertThat(records).allSatisfy(record -> {
            assertThat(record.value()).isNull();
            assertThat(CountRecord.decodeErased(record.key()).member()).isEqualTo("u1");
        });
        Set<String> keys =
                records.stream().map(record -> new String(record.key(), UTF_8)).collect(Collectors.toSet());
        assertThat(keys).hasSameSizeAs(records).contains("clicks|lifetime|all|user|u1");
        // Kept for 3 days, and for one more, and in a segment that lasts for a week.
        TODAY.minusDays(3 + 1 + 7)
                .datesUntil(TODAY.plusDays(1))
                .forEach(day ->
                        assertThat(keys).contains("calls|day|" + day + "|user|u1", "clicks|day|" + day + "|user|u1"));
    }

    @Test
    void shouldCountWhoComesBackFromZeroAndAsNew() {
        click("u1", NOW);
        click("u1", NOW);
        driver.erase(NOW, "u1");
        click("u1", NOW.plusSeconds(1));

        Map<String, Long> counts = driver.flatCounts();
        assertThat(ofUsers(counts))
                .isEqualTo(Map.of("clicks|day|2026-11-20|user|u1", 1L, "clicks|lifetime|all|user|u1", 1L));
        assertThat(counts)
                .containsEntry("clicks|day|2026-11-20|total|", 3L)
                .containsEntry("clicks|lifetime|all|total|", 3L)
                .containsEntry("new_users|day|2026-11-20|total|", 2L)
                .containsEntry("new_users|lifetime|all|total|", 2L)
                .containsEntry("active_users|day|2026-11-20|total|", 2L)
                .containsEntry("active_users_7d|day|2026-11-20|total|", 2L);
    }

    @Test
    void shouldBeTheSameTwice() {
        click("u1", NOW);
        driver.erase(NOW, "u1");
        Map<String, Long> once = Map.copyOf(driver.flatCounts());
        driver.erase(NOW, "u1");
        driver.erase(NOW, "never seen");

        assertThat(driver.flatCounts()).isEqualTo(once);
    }

    @Test
    void shouldPassOverARequestWithoutAUser() {
        click("u1", NOW);
        Map<String, Long> before = Map.copyOf(driver.flatCounts());

        driver.append(NOW, Topics.ERASURES, null, new byte[0], new RecordHeaders());
        driver.append(NOW, Topics.ERASURES, new byte[0], null, new RecordHeaders());

        assertThat(driver.flatCounts()).isEqualTo(before);
    }

    private void call(String user, Instant time) {
        driver.append(time, Topics.API_CALLS, """
                {"type":"api_call","user_id":"%s","endpoint":"/a","status":200}""".formatted(user));
    }

    private void click(String user, Instant time) {
        driver.append(time, Topics.USER_ACTIONS, """
                {"type":"click","user_id":"%s","product_id":"p1"}""".formatted(user));
    }

    private static Map<String, Long> ofUsers(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .filter(count -> count.getKey().contains("|user|"))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, Long> ofNobody(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .filter(count -> !count.getKey().contains("|user|"))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
