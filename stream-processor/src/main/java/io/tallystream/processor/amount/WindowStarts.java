package io.tallystream.processor.amount;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;

/**
 * Windows as numbers: a window is named by the minute, counted from 1970, at which it starts; the lifetime by 0. Remembers
 * what it asked the calendar. For one thread.
 */
public final class WindowStarts {
    // In the order of their codes.
    private static final Granularity[] BY_CODE = {
        Granularity.MINUTE, Granularity.HOUR, Granularity.DAY, Granularity.LIFETIME
    };
    private static final int MAX_REMEMBERED = 20_000;
    private static final long MINUTE_MS = Duration.ofMinutes(1).toMillis();

    private final WindowCalendar calendar;
    private final Map<Integer, Starts> ofMinute = new HashMap<>();
    private final Map<Integer, Integer> ofDay = new HashMap<>();

    private record Starts(int hour, int day) {}

    /** Of that calendar. */
    public WindowStarts(WindowCalendar calendar) {
        this.calendar = calendar;
    }

    /** The window in which a minute lies. */
    public int ofMinute(Granularity granularity, int minute) {
        return switch (granularity) {
            case MINUTE -> minute;
            case HOUR -> starts(minute).hour();
            case DAY -> starts(minute).day();
            case LIFETIME -> 0;
        };
    }

    /** The window in which a day lies that is counted from 1970. */
    public int ofDay(Granularity granularity, int day) {
        return switch (granularity) {
            case DAY -> startOfDay(day);
            case LIFETIME -> 0;
            case MINUTE, HOUR -> throw new IllegalArgumentException("a day is in no " + granularity.wireName());
        };
    }

    private int startOfDay(int day) {
        if (ofDay.size() > MAX_REMEMBERED) {
            ofDay.clear();
        }
        return ofDay.computeIfAbsent(
                day,
                missing -> minuteOf(calendar.startOf(new Window(
                        Granularity.DAY, LocalDate.ofEpochDay(missing).toString()))));
    }

    /** The window that starts at that minute. */
    public Window window(Granularity granularity, int start) {
        return granularity == Granularity.LIFETIME ? Window.LIFETIME : calendar.windowAt(granularity, instant(start));
    }

    /** A number for each granularity, which never changes. */
    public static int code(Granularity granularity) {
        return switch (granularity) {
            case MINUTE -> 0;
            case HOUR -> 1;
            case DAY -> 2;
            case LIFETIME -> 3;
        };
    }

    /** The granularity of that number. */
    public static Granularity granularity(int code) {
        return BY_CODE[code];
    }

    private Starts starts(int minute) {
        if (ofMinute.size() > MAX_REMEMBERED) {
            ofMinute.clear();
        }
        return ofMinute.computeIfAbsent(
                minute, missing -> new Starts(start(Granularity.HOUR, missing), start(Granularity.DAY, missing)));
    }

    private int start(Granularity granularity, int minute) {
        return minuteOf(calendar.startOf(calendar.windowAt(granularity, instant(minute))));
    }

    private static Instant instant(int minute) {
        return Instant.ofEpochMilli(minute * MINUTE_MS);
    }

    /** The minute of a time, counted from 1970. */
    public static int minuteOf(Instant time) {
        return minuteOf(time.toEpochMilli());
    }

    /** The minute of a time in epoch milliseconds, counted from 1970. */
    public static int minuteOf(long millis) {
        return (int) (millis / MINUTE_MS);
    }
}
