package io.tallystream.processor;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Counts in the plainest way there is, and shares no code with what it checks: not the table, the calendar or the keys. */
public final class Recount {
    private final ZoneId zone;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Set<LocalDate>> activeDays = new TreeMap<>();

    public Recount(ZoneId zone) {
        this.zone = zone;
    }

    public Map<String, Long> counts() {
        return counts;
    }

    /** A record of an event topic, and what became of it. */
    public void record(Instant appended, String outcome) {
        for (String window : new String[] {minute(appended), hour(appended), day(appended)}) {
            add("events|" + window + "|total|", 1);
            add("events|" + window + "|outcome|" + outcome, 1);
        }
    }

    /** An event that is counted, as JSON; in the order in which they are processed. */
    public void event(JsonNode event, Instant time) {
        String user = event.path("user_id").textValue();
        if (user != null) {
            user(time, user);
        }
        String page = event.path("page").textValue();
        switch (event.path("type").textValue()) {
            case "api_call" -> {
                String endpoint = event.path("endpoint").textValue();
                call(time, user, endpoint, event.path("status").asText());
                if (event.has("duration_ms")) {
                    latency(time, endpoint, event.path("duration_ms").longValue());
                }
            }
            case "click" -> click(time, user, event.path("product_id").textValue());
            case "page_view" -> view(time, page);
            default -> dwell(time, page, event.path("duration_ms").longValue());
        }
    }

    private void user(Instant time, String user) {
        LocalDate day = time.atZone(zone).toLocalDate();
        Set<LocalDate> days = activeDays.computeIfAbsent(user, any -> new TreeSet<>());
        if (days.isEmpty()) {
            add("new_users|day|" + day + "|total|", 1);
            add("new_users|lifetime|all|total|", 1);
        }
        if (days.add(day)) {
            add("active_users|day|" + day + "|total|", 1);
        }
    }

    /** The rolling counts, from all active days at once. */
    public void roll() {
        roll(7);
        roll(30);
    }

    private void roll(int length) {
        for (Set<LocalDate> days : activeDays.values()) {
            Set<LocalDate> covered = new TreeSet<>();
            days.forEach(day -> day.datesUntil(day.plusDays(length)).forEach(covered::add));
            covered.forEach(day -> add("active_users_" + length + "d|day|" + day + "|total|", 1));
        }
    }

    private void latency(Instant time, String endpoint, long millis) {
        long bound = millis <= 20 ? millis : 20;
        while (bound < millis) {
            bound = Math.min(86_400_000, (long) Math.floor(bound * 1.1));
        }
        add("latency|" + hour(time) + "|endpoint_latency|" + bound + " " + endpoint, 1);
        add("latency|" + day(time) + "|endpoint_latency|" + bound + " " + endpoint, 1);
    }

    private void call(Instant time, String user, String endpoint, String status) {
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
        add("clicks|lifetime|all|total|", 1);
        add("clicks|lifetime|all|product|" + product, 1);
        if (user != null) {
            add("clicks|" + day(time) + "|user|" + user, 1);
            add("clicks|lifetime|all|user|" + user, 1);
        }
    }

    private void view(Instant time, String page) {
        add("page_views|" + minute(time) + "|total|", 1);
        add("page_views|" + hour(time) + "|total|", 1);
        add("page_views|" + day(time) + "|total|", 1);
        add("page_views|" + hour(time) + "|page|" + page, 1);
        add("page_views|" + day(time) + "|page|" + page, 1);
    }

    private void dwell(Instant time, String page, long millis) {
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
