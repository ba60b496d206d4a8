package io.tallystream.schema.count;

import static java.util.Objects.requireNonNull;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Which windows there are in one time zone. For each granularity they follow one another without gap or overlap, minutes lie
 * whole in hours and hours in days, on days of 23 and 25 hours too. Immutable.
 */
public final class WindowCalendar {
    private static final DateTimeFormatter UTC_MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    // The step in which clocks are changed; Lord Howe Island's half hour is the smallest now.
    private static final Duration CLOCK_CHANGE_STEP = Duration.ofMinutes(15);

    private final ZoneId zone;

    /** The calendar of that zone. */
    public WindowCalendar(ZoneId zone) {
        this.zone = requireNonNull(zone, "zone");
    }

    /** The zone whose hours and days these are. */
    public ZoneId zone() {
        return zone;
    }

    /** The window in which that time lies. */
    public Window windowAt(Granularity granularity, Instant time) {
        return switch (granularity) {
            case MINUTE, HOUR -> new Window(granularity, UTC_MINUTE.format(startAt(granularity, time)));
            case DAY -> new Window(granularity, dateAt(time).toString());
            case LIFETIME -> Window.LIFETIME;
        };
    }

    /** The calendar date at that time. */
    public LocalDate dateAt(Instant time) {
        return time.atZone(zone).toLocalDate();
    }

    /**
     * When the window begins.
     *
     * @throws IllegalArgumentException if the window has no beginning (the lifetime) or no such label exists
     */
    public Instant startOf(Window window) {
        try {
            return switch (window.granularity()) {
                case MINUTE, HOUR -> OffsetDateTime.parse(window.label()).toInstant();
                case DAY -> LocalDate.parse(window.label()).atStartOfDay(zone).toInstant();
                case LIFETIME -> throw new IllegalArgumentException("the lifetime has no beginning");
            };
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("no window: " + window, e);
        }
    }

    /**
     * When the window ends: the first instant that is no longer in it.
     *
     * @throws IllegalArgumentException if the window has no end (the lifetime) or no such label exists
     */
    public Instant endOf(Window window) {
        return endOf(window.granularity(), startOf(window));
    }

    /**
     * When the window begins in which that time lies.
     *
     * @throws IllegalArgumentException if it is the lifetime, which has no beginning
     */
    public Instant startAt(Granularity granularity, Instant time) {
        return switch (granularity) {
            case MINUTE -> time.truncatedTo(ChronoUnit.MINUTES);
            case HOUR -> startOfHour(time);
            case DAY -> dateAt(time).atStartOfDay(zone).toInstant();
            case LIFETIME -> throw new IllegalArgumentException("the lifetime has no beginning");
        };
    }

    /**
     * When the window ends that begins at that time: the first instant that is no longer in it.
     *
     * @throws IllegalArgumentException if it is the lifetime, which has no end
     */
    public Instant endOf(Granularity granularity, Instant start) {
        return switch (granularity) {
            case MINUTE -> start.plus(1, ChronoUnit.MINUTES);
            case HOUR -> endOfHour(start);
            case DAY -> dateAt(start).plusDays(1).atStartOfDay(zone).toInstant();
            case LIFETIME -> throw new IllegalArgumentException("the lifetime has no end");
        };
    }

    private Instant startOfHour(Instant time) {
        return time.atZone(zone).truncatedTo(ChronoUnit.HOURS).toInstant();
    }

    private Instant endOfHour(Instant start) {
        // Sixty minutes, except where the clock changes by part of an hour.
        Instant end = start.plus(CLOCK_CHANGE_STEP);
        while (startOfHour(end).equals(startOfHour(start))) {
            end = end.plus(CLOCK_CHANGE_STEP);
        }
        return end;
    }
}
