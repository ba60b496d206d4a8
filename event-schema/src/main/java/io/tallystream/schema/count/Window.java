package io.tallystream.schema.count;

import static java.util.Objects.requireNonNull;

/**
 * A span of time over which is counted.
 *
 * @param label what names it among the windows of its granularity: {@code 2026-11-20T10:15Z}, the start in UTC, for a minute
 *     or an hour; {@code 2026-11-20}, the date in the zone, for a day; {@code all} for the lifetime. Labels of one granularity
 *     sort by time.
 * @see WindowCalendar
 */
public record Window(Granularity granularity, String label) {
    /** The lifetime's only window. */
    public static final Window LIFETIME = new Window(Granularity.LIFETIME, "all");

    /** Requires both; the label's form is judged by the {@link WindowCalendar} that needs it. */
    public Window {
        requireNonNull(granularity, "granularity");
        requireNonNull(label, "label");
    }
}
