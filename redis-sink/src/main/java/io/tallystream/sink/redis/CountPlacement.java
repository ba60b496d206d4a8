package io.tallystream.sink.redis;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.ScoredValue;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which counts have a place in Redis, and for how long. For one thread. */
public final class CountPlacement {
    private static final int MAX_KNOWN_WINDOWS = 10_000;
    // What a double holds exactly, and a score is one.
    private static final long MAX_COUNT = 1L << 53;
    // The last that RFC 3339 can write, and small enough for Redis.
    private static final Instant LAST_EXPIRY = Instant.parse("9999-12-31T23:59:59Z");

    private final Retention retention;
    private final WindowCalendar calendar;
    private final Clock clock;
    private final Map<Window, Instant> ends = new HashMap<>();

    /** What is to be written to one key. */
    record Entries(Optional<Instant> expiry, List<ScoredValue<String>> scores) {}

    /** What a key is made of: cheaper to compare than keys are to make. */
    private record Place(Window window, Metric metric, Dimension dimension) {}

    /** The clock says what has expired. */
    public CountPlacement(Retention retention, WindowCalendar calendar, Clock clock) {
        this.retention = requireNonNull(retention, "retention");
        this.calendar = requireNonNull(calendar, "calendar");
        this.clock = requireNonNull(clock, "clock");
    }

    /**
     * Refuses a count that has no place in Redis.
     *
     * @throws IllegalArgumentException if there is no such window, or the count is more than 2<sup>53</sup>
     */
    public void check(CountAddress address, long count) {
        checkCount(count);
        expiryOf(address);
    }

    private static void checkCount(long count) {
        if (count > MAX_COUNT) {
            throw new IllegalArgumentException("a count of more than 2^53 cannot be kept exactly: " + count);
        }
    }

    /**
     * What is to be written to each key, without what has expired.
     *
     * @throws IllegalArgumentException if one of them does not pass {@link #check}
     */
    Map<String, Entries> byKey(CountKeys keys, Map<CountAddress, Long> counts) {
        Instant now = clock.instant();
        Map<String, Entries> byKey = new HashMap<>();
        Map<Place, Entries> byPlace = new HashMap<>();
        counts.forEach((address, value) -> {
            checkCount(value);
            Place place = new Place(address.window(), address.metric(), address.dimension());
            Entries entries = byPlace.get(place);
            if (entries == null) {
                // Totals of all metrics share a key.
                entries = byKey.computeIfAbsent(
                        keys.key(address), key -> new Entries(expiryOf(address), new ArrayList<>()));
                byPlace.put(place, entries);
            }
            entries.scores().add(ScoredValue.just(value, keys.member(address)));
        });
        byKey.values()
                .removeIf(entries ->
                        entries.expiry().isPresent() && !entries.expiry().get().isAfter(now));
        return byKey;
    }

    private Optional<Instant> expiryOf(CountAddress address) {
        Window window = address.window();
        if (window.granularity() == Granularity.LIFETIME) {
            if (!window.equals(Window.LIFETIME)) {
                throw new IllegalArgumentException("no window: " + window);
            }
            return Optional.empty();
        }
        try {
            Instant end = endOf(window);
            return retention.of(address.retentionClass()).map(kept -> limited(end.plus(kept), window));
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("no window that could expire: " + window, e);
        }
    }

    private Instant endOf(Window window) {
        Instant end = ends.get(window);
        if (end == null) {
            end = calendar.endOf(window);
            if (ends.size() >= MAX_KNOWN_WINDOWS) {
                ends.clear();
            }
            ends.put(window, end);
        }
        return end;
    }

    private static Instant limited(Instant expiry, Window window) {
        if (expiry.isAfter(LAST_EXPIRY)) {
            throw new IllegalArgumentException("a window too far ahead: " + window);
        }
        return expiry;
    }
}
