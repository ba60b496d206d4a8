package io.tallystream.benchmarks.flink;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/** Windows as the minutes, counted from 1970, at which they start; the lifetime as 0. Remembers what the calendar said. */
final class Windows {
    private static final long MINUTE_MS = Duration.ofMinutes(1).toMillis();
    private static final int MAX_REMEMBERED = 20_000;

    private final WindowCalendar calendar;
    private final Map<Integer, Starts> ofMinute = new HashMap<>();
    private final Map<Integer, Integer> ofDay = new HashMap<>();

    private record Starts(int hour, int day) {}

    Windows(ZoneId zone) {
        calendar = new WindowCalendar(zone);
    }

    /**
     * The window in which a time lies.
     *
     * @param isDay whether the time is a day rather than a minute
     */
    int start(Granularity granularity, int time, boolean isDay) {
        return switch (granularity) {
            case LIFETIME -> 0;
            case MINUTE -> time;
            case HOUR -> starts(time).hour();
            case DAY -> isDay ? startOfDay(time) : starts(time).day();
        };
    }

    Window window(Granularity granularity, int start) {
        return granularity == Granularity.LIFETIME ? Window.LIFETIME : calendar.windowAt(granularity, instant(start));
    }

    private Starts starts(int minute) {
        if (ofMinute.size() > MAX_REMEMBERED) {
            ofMinute.clear();
        }
        return ofMinute.computeIfAbsent(
                minute, missing -> new Starts(start(Granularity.HOUR, missing), start(Granularity.DAY, missing)));
    }

    private int startOfDay(int day) {
        if (ofDay.size() > MAX_REMEMBERED) {
            ofDay.clear();
        }
        return ofDay.computeIfAbsent(
                day,
                missing -> minute(calendar.startOf(new Window(
                        Granularity.DAY, LocalDate.ofEpochDay(missing).toString()))));
    }

    private int start(Granularity granularity, int minute) {
        return minute(calendar.startAt(granularity, instant(minute)));
    }

    private static Instant instant(int minute) {
        return Instant.ofEpochMilli(minute * MINUTE_MS);
    }

    private static int minute(Instant time) {
        return (int) (time.toEpochMilli() / MINUTE_MS);
    }
}
