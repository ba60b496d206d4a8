package io.tallystream.processor.topology;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

/** Counts in the plainest way there is, and shares no code with what it checks: not the table, the calendar or the keys. */
final class Recount {
    private final ZoneId zone;
    private final Map<String, Long> counts = new TreeMap<>();

    Recount(ZoneId zone) {
        this.zone = zone;
    }

    Map<String, Long> counts() {
        return counts;
    }

    void call(Instant time, String user, String endpoint, String status) {
        for (String window : new String[] {minute(time), hour(time), day(time)}) {
            add("calls|" + window + "|total|", 1);
            add("calls|" + window + "|endpoint|" + endpoint, 1);
            add("calls|" + window + "|status|" + status, 1);
            add("calls|" + window + "|endpoint_status|" + status + " " + endpoint, 1);
        }
        if (user != null) {
            add("calls|" + day(time) + "|user|" + user, 1);
        }
    }

    void click(Instant time, String user, String product) {
        add("clicks|" + minute(time) + "|total|", 1);
        add("clicks|" + hour(time) + "|total|", 1);
        add("clicks|" + day(time) + "|total|", 1);
        add("clicks|" + hour(time) + "|product|" + product, 1);
        add("clicks|" + day(time) + "|product|" + product, 1);
        add("clicks|lifetime|all|product|" + product, 1);
        if (user != null) {
            add("clicks|" + day(time) + "|user|" + user, 1);
            add("clicks|lifetime|all|user|" + user, 1);
        }
    }

    void view(Instant time, String page) {
        add("page_views|" + minute(time) + "|total|", 1);
        add("page_views|" + hour(time) + "|total|", 1);
        add("page_views|" + day(time) + "|total|", 1);
        add("page_views|" + hour(time) + "|page|" + page, 1);
        add("page_views|" + day(time) + "|page|" + page, 1);
    }

    void dwell(Instant time, String page, long millis) {
        for (String window : new String[] {hour(time), day(time)}) {
            add("dwells|" + window + "|total|", 1);
            add("dwells|" + window + "|page|" + page, 1);
            if (millis > 0) {
                add("dwell_ms|" + window + "|total|", millis);
                add("dwell_ms|" + window + "|page|" + page, millis);
            }
        }
    }

    private void add(String key, long amount) {
        counts.merge(key, amount, Long::sum);
    }

    private static String minute(Instant time) {
        return "minute|" + utc(time.truncatedTo(ChronoUnit.MINUTES));
    }

    private String hour(Instant time) {
        ZonedDateTime local = time.atZone(zone);
        return "hour|" + utc(time.minusSeconds(local.getMinute() * 60L + local.getSecond()));
    }

    private String day(Instant time) {
        return "day|" + time.atZone(zone).toLocalDate();
    }

    private static String utc(Instant time) {
        return time.toString().substring(0, "2026-11-20T10:15".length()) + "Z";
    }
}
