package io.tallystream.faults.truth;

import io.tallystream.schema.event.Event;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Counts events in the plainest way there is, in UTC, and shares no code with what it checks: neither the table of what is
 * counted, nor the calendar, nor the keys. A count goes by {@code metric|granularity|window|dimension|member}. Thread-safe.
 */
public final class Tally {
    private static final int WEEK = 7;
    private static final int MONTH = 30;
    private static final int EXACT_LATENCY = 20;
    private static final double LATENCY_STEP = 1.1;
    private static final long LONGEST_LATENCY = 86_400_000;

    private final Map<String, Long> counts = new HashMap<>();
    private final Map<String, Set<LocalDate>> activeDays = new HashMap<>();

    /** Counts an event that is accepted. It has a time. */
    public synchronized void accepted(Event event) {
        Instant time = event.time();
        String user = event.userId();
        if (user != null) {
            activeDays.computeIfAbsent(user, any -> new TreeSet<>()).add(date(time));
        }
        if (event instanceof Event.ApiCall call) {
            call(call);
        } else if (event instanceof Event.Click click) {
            click(click);
        } else if (event instanceof Event.PageView view) {
            add("page_views", List.of(minute(time), hour(time), day(time)), "total|", 1);
            add("page_views", List.of(hour(time), day(time)), "page|" + view.page(), 1);
        } else if (event instanceof Event.Dwell dwell) {
            for (String member : List.of("total|", "page|" + dwell.page())) {
                add("dwells", List.of(hour(time), day(time)), member, 1);
                add("dwell_ms", List.of(hour(time), day(time)), member, dwell.durationMs());
            }
        }
    }

    /** Counts what became of a record of the event topics. */
    public synchronized void record(Instant appended, String outcome) {
        List<String> windows = List.of(minute(appended), hour(appended), day(appended));
        add("events", windows, "total|", 1);
        add("events", windows, "outcome|" + outcome, 1);
    }

    /** All counts, those of users by what was told so far. A user is new on the first day of an event. */
    public synchronized Map<String, Long> counts() {
        Map<String, Long> all = new TreeMap<>(counts);
        for (Set<LocalDate> days : activeDays.values()) {
            plus(all, "new_users|day|" + days.iterator().next() + "|total|");
            plus(all, "new_users|lifetime|all|total|");
            days.forEach(day -> plus(all, "active_users|day|" + day + "|total|"));
            roll(all, days, "active_users_7d", WEEK);
            roll(all, days, "active_users_30d", MONTH);
        }
        all.values().removeIf(count -> count == 0);
        return all;
    }

    private static void roll(Map<String, Long> all, Set<LocalDate> days, String metric, int length) {
        Set<LocalDate> covered = new TreeSet<>();
        days.forEach(day -> day.datesUntil(day.plusDays(length)).forEach(covered::add));
        covered.forEach(day -> plus(all, metric + "|day|" + day + "|total|"));
    }

    private void call(Event.ApiCall call) {
        Instant time = call.time();
        String endpoint = call.endpoint();
        List<String> windows = List.of(minute(time), hour(time), day(time));
        String status = call.status().value();
        add("calls", windows, "total|", 1);
        add("calls", windows, "endpoint|" + endpoint, 1);
        add("calls", windows, "status|" + status, 1);
        add("calls", windows, "endpoint_status|" + status + " " + endpoint, 1);
        if (call.userId() != null) {
            add("calls", List.of(day(time)), "user|" + call.userId(), 1);
        }
        if (call.durationMs() != null) {
            long bound = Math.min(call.durationMs(), EXACT_LATENCY);
            while (bound < call.durationMs()) {
                bound = Math.min(LONGEST_LATENCY, (long) Math.floor(bound * LATENCY_STEP));
            }
            add("latency", List.of(hour(time), day(time)), "endpoint_latency|" + bound + " " + endpoint, 1);
        }
    }

    private void click(Event.Click click) {
        Instant time = click.time();
        String lifetime = "lifetime|all";
        add("clicks", List.of(minute(time), hour(time), day(time), lifetime), "total|", 1);
        add("clicks", List.of(hour(time), day(time), lifetime), "product|" + click.productId(), 1);
        if (click.userId() != null) {
            add("clicks", List.of(day(time), lifetime), "user|" + click.userId(), 1);
        }
    }

    private void add(String metric, List<String> windows, String member, long amount) {
        windows.forEach(window -> counts.merge(metric + '|' + window + '|' + member, amount, Long::sum));
    }

    private static void plus(Map<String, Long> all, String count) {
        all.merge(count, 1L, Long::sum);
    }

    private static LocalDate date(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate();
    }

    private static String minute(Instant time) {
        return "minute|" + label(time.truncatedTo(ChronoUnit.MINUTES));
    }

    private static String hour(Instant time) {
        return "hour|" + label(time.truncatedTo(ChronoUnit.HOURS));
    }

    private static String day(Instant time) {
        return "day|" + date(time);
    }

    private static String label(Instant start) {
        return start.toString().substring(0, "2026-11-20T10:15".length()) + "Z";
    }
}
