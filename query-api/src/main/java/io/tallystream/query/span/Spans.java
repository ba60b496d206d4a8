package io.tallystream.query.span;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which windows the parameters of a question mean, and whether they can still be answered. Immutable. */
public final class Spans {
    /** How many windows one answer may have: a week of minutes and some more. */
    public static final int MAX_BUCKETS = 11_000;

    // By how much Redis's clock may be ahead, which says when keys are gone: what is gone would be answered as 0.
    private static final Duration CLOCKS_APART = Duration.ofSeconds(10);
    private static final Instant FIRST = Instant.parse("1970-01-02T00:00:00Z");
    private static final Instant LAST = Instant.parse("2199-12-31T00:00:00Z");

    private final WindowCalendar calendar;
    private final Retention retention;
    private final Duration allowedLateness;

    /** What {@code range} can be: the windows up to the current one. */
    private enum Range {
        MINUTE(60),
        HOUR(24),
        DAY(30);

        private final int windows;

        Range(int windows) {
            this.windows = windows;
        }
    }

    /** @param allowedLateness how long after its end a window may still change */
    public Spans(WindowCalendar calendar, Retention retention, Duration allowedLateness) {
        this.calendar = requireNonNull(calendar, "calendar");
        this.retention = requireNonNull(retention, "retention");
        this.allowedLateness = requireNonNull(allowedLateness, "allowedLateness");
    }

    /** The calendar. */
    public WindowCalendar calendar() {
        return calendar;
    }

    /**
     * The windows that {@code range}, or else {@code granularity}, {@code from} and {@code to} name; without any, the last
     * 30 days.
     *
     * @param row what is to be read of them
     * @throws RefusedException if the parameters contradict each other, name no windows or too many, or some that are kept
     *     no more
     */
    public Span of(Parameters parameters, CountTable.Row row, Instant now) {
        if (!parameters.has("granularity")) {
            for (String end : List.of("from", "to")) {
                if (parameters.has(end)) {
                    throw RefusedException.badParameter(end, end + " needs granularity");
                }
            }
            Range range = Range.valueOf(parameters.text("range").toUpperCase(Locale.ROOT));
            Span span = last(Granularity.valueOf(range.name()), range.windows, now);
            requireKept(span.buckets().get(0), row, "range", now);
            return new Span(span.granularity(), span.buckets(), parameters.find("range"));
        }
        if (parameters.has("range")) {
            throw RefusedException.badParameter("range", "range must not be given together with granularity");
        }
        if (!parameters.has("from")) {
            throw RefusedException.badParameter("from", "granularity needs from");
        }
        return between(Granularity.ofWireName(parameters.text("granularity")), parameters, row, now);
    }

    /**
     * Days that {@code from} and {@code to} name; without them, those up to today that are kept.
     *
     * @param row what is to be read of them
     * @param most how many days without {@code from} and {@code to}
     * @throws RefusedException if the parameters name none or too many, or some that are kept no more
     */
    public Span days(Parameters parameters, CountTable.Row row, int most, Instant now) {
        if (parameters.has("from")) {
            return between(Granularity.DAY, parameters, row, now);
        }
        if (parameters.has("to")) {
            throw RefusedException.badParameter("to", "to needs from");
        }
        List<Bucket> kept = last(Granularity.DAY, most, now).buckets().stream()
                .filter(bucket -> isKept(bucket.window(), row, now))
                .toList();
        return new Span(Granularity.DAY, kept, Optional.empty());
    }

    /** That many windows, the current one last. */
    public Span last(Granularity granularity, int windows, Instant now) {
        return new Span(granularity, before(bucketAt(granularity, now).end(), granularity, windows), Optional.empty());
    }

    private Span between(Granularity granularity, Parameters parameters, CountTable.Row row, Instant now) {
        Instant from = moment("from", parameters.text("from"));
        Instant to = parameters.find("to").map(text -> moment("to", text)).orElse(now.plusMillis(1));
        if (!from.isBefore(to)) {
            throw RefusedException.badParameter(
                    "from", parameters.has("to") ? "from must be before to" : "from must not be in the future");
        }
        requireKept(bucketAt(granularity, from), row, "from", now);
        // No window is shorter by more than a clock change.
        if (Duration.between(from, to).compareTo(nominal(granularity).multipliedBy(MAX_BUCKETS)) > 0) {
            throw tooMany();
        }
        List<Bucket> buckets = new ArrayList<>();
        for (Instant time = from; time.isBefore(to); ) {
            Bucket bucket = bucketAt(granularity, time);
            buckets.add(bucket);
            time = bucket.end();
        }
        if (buckets.size() > MAX_BUCKETS) {
            throw tooMany();
        }
        return new Span(granularity, buckets, Optional.empty());
    }

    private static RefusedException tooMany() {
        return RefusedException.unanswerable(
                "too-many-windows",
                "from",
                "from is too far before to: an answer has at most %d windows".formatted(MAX_BUCKETS));
    }

    /** As many windows just before those. */
    public Span previous(Span span) {
        return new Span(
                span.granularity(),
                before(span.from(), span.granularity(), span.buckets().size()),
                Optional.empty());
    }

    /** For each window that of a week before, by the calendar and the clock of the zone. */
    public Span weekBefore(Span span) {
        List<Bucket> buckets = span.buckets().stream()
                .map(bucket -> bucketAt(
                        span.granularity(),
                        bucket.start().atZone(calendar.zone()).minusWeeks(1).toInstant()))
                .toList();
        return new Span(span.granularity(), buckets, Optional.empty());
    }

    /**
     * The one window that {@code window} names, or else the current one.
     *
     * @throws RefusedException if it names none
     */
    public Bucket window(Parameters parameters, Granularity granularity, Instant now) {
        if (granularity == Granularity.LIFETIME) {
            if (!parameters.find("window").orElse("all").equals("all")) {
                throw RefusedException.badParameter("window", "window must be all, or absent, for the lifetime");
            }
            return new Bucket(Window.LIFETIME, Instant.EPOCH, Instant.MAX);
        }
        Instant time = parameters.has("window") ? moment("window", parameters.text("window")) : now;
        return bucketAt(granularity, time);
    }

    /**
     * The date that a parameter is.
     *
     * @throws RefusedException if it is none
     */
    public static LocalDate date(Parameters parameters, String name) {
        try {
            LocalDate date = LocalDate.parse(parameters.text(name));
            Instant noon = date.atTime(LocalTime.NOON).toInstant(ZoneOffset.UTC);
            if (noon.isAfter(FIRST) && noon.isBefore(LAST)) {
                return date;
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        throw RefusedException.badParameter(name, name + " must be a date such as 2026-11-20, from 1970 to 2199");
    }

    /**
     * The day that a parameter is the date of.
     *
     * @throws RefusedException if it is none
     */
    public Bucket day(Parameters parameters, String name) {
        LocalDate date = date(parameters, name);
        Bucket day =
                bucketAt(Granularity.DAY, date.atStartOfDay(calendar.zone()).toInstant());
        if (!day.window().label().equals(date.toString())) {
            throw RefusedException.badParameter(name, name + " is a day that the time zone has skipped");
        }
        return day;
    }

    /**
     * Makes sure that a window is counted and kept.
     *
     * @param row what is to be read of it
     * @param parameter that named it
     * @throws RefusedException if it is not; it names the finest granularity that has an answer
     */
    public void requireKept(Bucket bucket, CountTable.Row row, String parameter, Instant now) {
        Granularity asked = bucket.window().granularity();
        if (!row.granularities().contains(asked)) {
            throw RefusedException.unanswerable(
                    "not-counted",
                    "granularity",
                    "granularity: %s by %s is not counted by %s, but by %s"
                            .formatted(
                                    row.metric().wireName(), row.dimension().wireName(), asked.wireName(), names(row)));
        }
        if (isKept(bucket.window(), row, now)) {
            return;
        }
        String what = "%s: %s by %s is no longer kept as of %s"
                .formatted(parameter, row.metric().wireName(), asked.wireName(), bucket.start());
        for (Granularity coarser : List.of(Granularity.HOUR, Granularity.DAY)) {
            if (coarser.compareTo(asked) > 0
                    && row.granularities().contains(coarser)
                    && isKept(bucketAt(coarser, bucket.start()).window(), row, now)) {
                throw RefusedException.unanswerable(
                        "expired",
                        parameter,
                        "%s; the finest granularity that is: %s".formatted(what, coarser.wireName()),
                        coarser.wireName());
            }
        }
        throw RefusedException.unanswerable("expired", parameter, what + ", nor is a coarser granularity");
    }

    /** Whether a window can change no more. */
    public boolean isFinal(Bucket bucket, Instant now) {
        return !bucket.window().equals(Window.LIFETIME)
                && !bucket.end().plus(allowedLateness).isAfter(now);
    }

    /** The windows of a finer granularity that a window consists of, ascending. */
    public List<Bucket> within(Bucket whole, Granularity finer) {
        List<Bucket> parts = new ArrayList<>();
        for (Instant time = whole.start(); time.isBefore(whole.end()); ) {
            Bucket part = bucketAt(finer, time);
            parts.add(part);
            time = part.end();
        }
        return parts;
    }

    /** The window in which that time lies. */
    public Bucket bucketAt(Granularity granularity, Instant time) {
        Instant start = calendar.startAt(granularity, time);
        return new Bucket(calendar.windowAt(granularity, time), start, calendar.endOf(granularity, start));
    }

    /** Whether the counts of a row are still kept for that window. */
    public boolean isKept(Window window, CountTable.Row row, Instant now) {
        return retention
                .expiryOf(window, row.dimension(), calendar)
                .map(expiry -> expiry.isAfter(now.plus(CLOCKS_APART)))
                .orElse(true);
    }

    private List<Bucket> before(Instant end, Granularity granularity, int windows) {
        Bucket[] buckets = new Bucket[windows];
        Instant time = end;
        for (int i = windows - 1; i >= 0; i--) {
            buckets[i] = bucketAt(granularity, time.minusMillis(1));
            time = buckets[i].start();
        }
        return List.of(buckets);
    }

    private Instant moment(String parameter, String text) {
        try {
            Instant time = text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay(calendar.zone()).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
            if (!time.isBefore(FIRST) && !time.isAfter(LAST)) {
                return time;
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        throw RefusedException.badParameter(
                parameter,
                parameter
                        + " must be a date such as 2026-11-20 or a time such as 2026-11-20T10:15:00Z, from 1970 to 2199");
    }

    private static String names(CountTable.Row row) {
        return String.join(
                ", ",
                row.granularities().stream().sorted().map(Granularity::wireName).toList());
    }

    private static Duration nominal(Granularity granularity) {
        return switch (granularity) {
            case MINUTE -> Duration.ofMinutes(1);
            case HOUR -> Duration.ofHours(1);
            case DAY -> Duration.ofDays(1);
            case LIFETIME -> throw new IllegalArgumentException("the lifetime is one window");
        };
    }
}
