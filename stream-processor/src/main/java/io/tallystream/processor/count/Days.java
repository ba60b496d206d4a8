package io.tallystream.processor.count;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Instant;
import java.time.LocalDate;

/** The calendar day of a time, counted from 1970, without a look into the calendar for each. For one thread. */
final class Days {
    private final WindowCalendar calendar;
    private long start;
    private long end;
    private int day;

    Days(WindowCalendar calendar) {
        this.calendar = calendar;
    }

    int dayAt(long millis) {
        if (millis < start || millis >= end) {
            Window window = calendar.windowAt(Granularity.DAY, Instant.ofEpochMilli(millis));
            start = calendar.startOf(window).toEpochMilli();
            end = calendar.endOf(window).toEpochMilli();
            day = Math.toIntExact(LocalDate.parse(window.label()).toEpochDay());
        }
        return day;
    }
}
