package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;

/** When the report of a day is due. Without I/O, immutable. */
final class ReportSchedule {
    /** How many days back reports are made that are missing, and looked at again. */
    static final int DAYS = 7;

    private static final LocalTime AT = LocalTime.of(1, 0);
    // Where a day begins at 01:00, because its first hour is skipped, the one before has only just ended then.
    private static final Duration LEAST = Duration.ofHours(1);

    private final WindowCalendar calendar;

    ReportSchedule(WindowCalendar calendar) {
        this.calendar = requireNonNull(calendar, "calendar");
    }

    /**
     * From when on there is to be a report of that day: 01:00 of the next one. Where the clock skips 01:00 it is when it
     * does, where it shows 01:00 twice the first time; never less than an hour after the day's end.
     */
    Instant dueAt(Window day) {
        Instant end = calendar.endOf(day);
        Instant atOne = calendar.dateAt(end).atTime(AT).atZone(calendar.zone()).toInstant();
        Instant least = end.plus(LEAST);
        return atOne.isBefore(least) ? least : atOne;
    }

    /** The latest day whose report is due. */
    Window latestDue(Instant now) {
        Window day = before(calendar.windowAt(Granularity.DAY, now));
        return dueAt(day).isAfter(now) ? before(day) : day;
    }

    /** The latest days whose reports are due, ascending. */
    List<Window> due(Instant now) {
        List<Window> days = new ArrayList<>();
        Window day = latestDue(now);
        for (int i = 0; i < DAYS; i++) {
            days.add(0, day);
            day = before(day);
        }
        return days;
    }

    private Window before(Window day) {
        return calendar.windowAt(Granularity.DAY, calendar.startOf(day).minusMillis(1));
    }
}
