package io.tallystream.query.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "UTC,                 2026-11-19, 2026-11-20T01:00:00Z",
        "Asia/Shanghai,       2026-11-19, 2026-11-19T17:00:00Z",
        "Asia/Kolkata,        2026-11-19, 2026-11-19T19:30:00Z",
        // 01:00 comes before the clock is put forward at 02:00, and the day after the short one an hour earlier.
        "America/New_York,    2026-03-07, 2026-03-08T06:00:00Z",
        "America/New_York,    2026-03-08, 2026-03-09T05:00:00Z",
        // 01:00 comes twice: the first time is right.
        "America/New_York,    2026-10-31, 2026-11-01T05:00:00Z",
        "America/New_York,    2026-11-01, 2026-11-02T06:00:00Z",
        "Europe/London,       2026-10-24, 2026-10-25T00:00:00Z",
        // 01:00 does not exist: the clock goes from 00:59 to 02:00.
        "Europe/London,       2026-03-28, 2026-03-29T01:00:00Z",
        // 00:00 does not exist: the day begins at 01:00, and the one before is not final then.
        "Africa/Cairo,        2026-04-23, 2026-04-23T23:00:00Z",
        // The hour after midnight comes twice.
        "America/Havana,      2026-10-31, 2026-11-01T06:00:00Z",
        "Australia/Lord_Howe, 2026-04-04, 2026-04-04T14:00:00Z",
        // There was no 30 December.
        "Pacific/Apia,        2011-12-29, 2011-12-30T11:00:00Z",
    })
    void shouldBeDueAtOneOfTheNextDay(ZoneId zone, String date, Instant due) {
        ReportSchedule schedule = new ReportSchedule(new WindowCalendar(zone));
        Window day = new Window(Granularity.DAY, date);

        assertThat(schedule.dueAt(day)).isEqualTo(due);
        assertThat(schedule.latestDue(due)).isEqualTo(day);
        assertThat(schedule.latestDue(due.minusMillis(1))).isNotEqualTo(day);
    }

    @ParameterizedTest
    @CsvSource({"UTC", "Asia/Shanghai", "America/New_York", "Europe/London", "Africa/Cairo", "America/Havana"})
    void shouldMissNoDayOfAYearAndMakeNoneTwice(ZoneId zone) {
        WindowCalendar calendar = new WindowCalendar(zone);
        ReportSchedule schedule = new ReportSchedule(calendar);
        Window before = schedule.latestDue(Instant.parse("2026-01-01T00:00:00Z"));
        for (Instant time = Instant.parse("2026-01-01T00:00:00Z");
                time.isBefore(Instant.parse("2027-01-01T00:00:00Z"));
                time = time.plusSeconds(900)) {
            Window due = schedule.latestDue(time);
            if (!due.equals(before)) {
                assertThat(calendar.startOf(due)).isEqualTo(calendar.endOf(before));
                before = due;
            }
        }
        assertThat(before.label()).startsWith("2026-12-3");
    }

    @Test
    void shouldLookBackAWeek() {
        ReportSchedule schedule = new ReportSchedule(new WindowCalendar(ZoneId.of("Europe/London")));

        assertThat(schedule.due(Instant.parse("2026-03-30T12:00:00Z")))
                .extracting(Window::label)
                .containsExactly(
                        "2026-03-23",
                        "2026-03-24",
                        "2026-03-25",
                        "2026-03-26",
                        "2026-03-27",
                        "2026-03-28",
                        "2026-03-29");
    }
}
