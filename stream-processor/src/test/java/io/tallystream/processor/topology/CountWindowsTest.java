package io.tallystream.processor.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which minute, hour and day an event counts. */
class CountWindowsTest extends TopologyCase {
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
}
