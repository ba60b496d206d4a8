package io.tallystream.schema.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowCalendarTest {
    @ParameterizedTest
    @CsvSource({
        "UTC,              2026-11-20T10:15:31.9Z, 2026-11-20T10:15Z, 2026-11-20T10:00Z, 2026-11-20",
        "Asia/Shanghai,    2026-11-20T15:59:59.999Z, 2026-11-20T15:59Z, 2026-11-20T15:00Z, 2026-11-20",
        "Asia/Shanghai,    2026-11-20T16:00:00Z, 2026-11-20T16:00Z, 2026-11-20T16:00Z, 2026-11-21",
        "Asia/Kolkata,     2026-11-20T18:29:00Z, 2026-11-20T18:29Z, 2026-11-20T17:30Z, 2026-11-20",
        "Asia/Kolkata,     2026-11-20T18:30:00Z, 2026-11-20T18:30Z, 2026-11-20T18:30Z, 2026-11-21",
        "America/New_York, 2026-11-01T05:30:00Z, 2026-11-01T05:30Z, 2026-11-01T05:00Z, 2026-11-01",
        "America/New_York, 2026-11-01T06:30:00Z, 2026-11-01T06:30Z, 2026-11-01T06:00Z, 2026-11-01",
    })
    void shouldPlaceATime(ZoneId zone, Instant time, String minute, String hour, String day) {
        WindowCalendar calendar = new WindowCalendar(zone);

        assertThat(calendar.windowAt(Granularity.MINUTE, time).label()).isEqualTo(minute);
        assertThat(calendar.windowAt(Granularity.HOUR, time).label()).isEqualTo(hour);
        assertThat(calendar.windowAt(Granularity.DAY, time).label()).isEqualTo(day);
        assertThat(calendar.windowAt(Granularity.LIFETIME, time)).isEqualTo(Window.LIFETIME);
    }

    @ParameterizedTest
    @CsvSource({
        "UTC,              2026-03-08, 24",
        "America/New_York, 2026-03-08, 23",
        "America/New_York, 2026-11-01, 25",
        "Asia/Kolkata,     2026-11-01, 24",
    })
    void shouldKnowHowLongADayIs(ZoneId zone, String date, long hours) {
        WindowCalendar calendar = new WindowCalendar(zone);
        Window day = new Window(Granularity.DAY, date);

        assertThat(Duration.between(calendar.startOf(day), calendar.endOf(day))).isEqualTo(Duration.ofHours(hours));
    }

    /** Zones whose clocks change by an hour, by half an hour, at midnight, and never. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "America/New_York",
                "Australia/Lord_Howe",
                "America/Havana",
                "Asia/Kathmandu",
                "Africa/Cairo"
            })
    void shouldTileTimeForAYear(String zone) {
        WindowCalendar calendar = new WindowCalendar(ZoneId.of(zone));
        Instant time = Instant.parse("2026-01-01T12:34:56Z");
        Instant end = Instant.parse("2027-01-01T12:34:56Z");

        Window hour = calendar.windowAt(Granularity.HOUR, time);
        while (calendar.startOf(hour).isBefore(end)) {
            Instant hourEnd = calendar.endOf(hour);
            Instant lastInHour = hourEnd.minusMillis(1);
            Window day = calendar.windowAt(Granularity.DAY, calendar.startOf(hour));

            assertThat(calendar.windowAt(Granularity.HOUR, calendar.startOf(hour)))
                    .isEqualTo(hour);
            assertThat(calendar.windowAt(Granularity.HOUR, lastInHour)).isEqualTo(hour);
            assertThat(calendar.windowAt(Granularity.DAY, lastInHour)).isEqualTo(day);
            assertThat(calendar.startAt(Granularity.HOUR, lastInHour)).isEqualTo(calendar.startOf(hour));
            assertThat(calendar.startAt(Granularity.DAY, lastInHour)).isEqualTo(calendar.startOf(day));
            assertThat(calendar.startOf(day)).isBeforeOrEqualTo(calendar.startOf(hour));
            assertThat(calendar.endOf(day)).isAfterOrEqualTo(hourEnd);
            assertThat(Duration.between(calendar.startOf(hour), hourEnd)).isPositive();

            Window next = calendar.windowAt(Granularity.HOUR, hourEnd);
            assertThat(calendar.startOf(next)).isEqualTo(hourEnd);
            assertThat(next.label()).isGreaterThan(hour.label());
            hour = next;
        }
    }

    @Test
    void shouldRefuseWhatIsNoWindow() {
        WindowCalendar calendar = new WindowCalendar(ZoneId.of("UTC"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> calendar.startOf(new Window(Granularity.DAY, "2026-02-30")));
        assertThatIllegalArgumentException().isThrownBy(() -> calendar.startOf(new Window(Granularity.HOUR, "x")));
        assertThatIllegalArgumentException().isThrownBy(() -> calendar.endOf(Window.LIFETIME));
        assertThatIllegalArgumentException().isThrownBy(() -> calendar.startAt(Granularity.LIFETIME, Instant.EPOCH));
        assertThatIllegalArgumentException().isThrownBy(() -> calendar.endOf(Granularity.LIFETIME, Instant.EPOCH));
    }
}
