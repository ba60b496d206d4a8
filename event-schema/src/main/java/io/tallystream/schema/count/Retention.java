package io.tallystream.schema.count;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long counts can be asked for, reckoned from the end of their window. Immutable.
 *
 * @param minute for minute windows
 * @param hour for hour windows
 * @param day for day windows
 * @param userDay for day windows of single users
 */
public record Retention(Duration minute, Duration hour, Duration day, Duration userDay) {
    /** Requires all. */
    public Retention {
        requireNonNull(minute, "minute");
        requireNonNull(hour, "hour");
        requireNonNull(day, "day");
        requireNonNull(userDay, "userDay");
    }

    /** How long counts of that class are kept after their window's end; empty: for ever. */
    public Optional<Duration> of(RetentionClass retentionClass) {
        return switch (retentionClass) {
            case MINUTE -> Optional.of(minute);
            case HOUR -> Optional.of(hour);
            case DAY -> Optional.of(day);
            case USER_DAY -> Optional.of(userDay);
            case LIFETIME -> Optional.empty();
        };
    }

    /** When counts of that window and dimension expire; empty: never. */
    public Optional<Instant> expiryOf(Window window, Dimension dimension, WindowCalendar calendar) {
        return of(RetentionClass.of(window.granularity(), dimension))
                .map(kept -> calendar.endOf(window).plus(kept));
    }
}
