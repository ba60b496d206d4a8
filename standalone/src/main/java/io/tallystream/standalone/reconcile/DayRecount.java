package io.tallystream.standalone.reconcile;

import static java.util.Objects.requireNonNull;

import io.tallystream.processor.count.CountingSettings;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;

/**
 * Counts one day in the plainest way there is: one thread, one record after the other, maps. What an event is it asks the
 * contract; how it is counted it says on its own, and shares no code with the processor. For one thread.
 */
final class DayRecount {
    // How many days the rolling counts of users are about, their own included.
    static final int WEEK = 7;
    static final int MONTH = 30;

    private final CountingSettings settings;
    private final int partitions;
    private final LocalDate date;
    private final ZoneId zone;
    private final EventReader reader = new EventReader();
    private final DayCounts counts = new DayCounts();
    // By the partition that they belong to and the id: when it was accepted.
    private final Map<String, Instant> ids = new HashMap<>();
    private final Deque<SeenId> idsByAge = new ArrayDeque<>();
    private final Set<String> active = new HashSet<>();
    private final Set<String> activeOfWeek = new HashSet<>();
    private final Set<String> activeOfMonth = new HashSet<>();
    private final Map<String, FirstDays> firstDays = new HashMap<>();
    // How often users were erased.
    private final Map<String, Integer> lives = new HashMap<>();
    private long records;

    private record SeenId(Instant accepted, String id) {}

    /** The days of a user's first events on each topic: which of them was processed first nobody can know afterwards. */
    private record FirstDays(Optional<LocalDate> onCalls, Optional<LocalDate> onActions) {}

    /**
     * Nothing counted yet.
     *
     * @param partitions of each event topic
     */
    DayRecount(CountingSettings settings, int partitions, LocalDate date) {
        this.settings = requireNonNull(settings, "settings");
        this.partitions = partitions;
        this.date = requireNonNull(date, "date");
        zone = settings.zone();
    }

    /** Takes the next event, or request to erase a user; they come in the order in which Kafka appended them. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(Topics.ERASURES)) {
            erase(new String(record.key(), StandardCharsets.UTF_8));
            return;
        }
        records++;
        Instant appended = Instant.ofEpochMilli(record.timestamp());
        if (!(reader.read(record.value()) instanceof EventReading.Valid valid)) {
            outcome(appended, "invalid");
            return;
        }
        Event event = valid.event();
        Instant time = event.time() == null ? appended : event.time();
        if (time.isBefore(appended.minus(settings.allowedLateness()))) {
            outcome(appended, "late");
        } else if (time.isAfter(appended.plus(settings.allowedSkew()))) {
            outcome(appended, "future");
        } else if (isRepeated(event, appended)) {
            outcome(appended, "duplicate");
        } else {
            outcome(appended, "accepted");
            count(event, time, record.topic());
        }
    }

    /** How many records there were. */
    long records() {
        return records;
    }

    /** The counts so far, but for those of new users. */
    DayCounts counts() {
        DayCounts all = counts.copy();
        users(all, Metric.ACTIVE_USERS, active);
        users(all, Metric.ACTIVE_USERS_7D, activeOfWeek);
        users(all, Metric.ACTIVE_USERS_30D, activeOfMonth);
        return all;
    }

    /** Between how many and how many users are new on the day. */
    NewUsers newUsers() {
        long certain = 0;
        long possible = 0;
        for (FirstDays days : firstDays.values()) {
            boolean calls = days.onCalls().filter(date::equals).isPresent();
            boolean actions = days.onActions().filter(date::equals).isPresent();
            boolean both = days.onCalls().isPresent() && days.onActions().isPresent();
            if (calls || actions) {
                possible++;
                certain += (calls && actions) || !both ? 1 : 0;
            }
        }
        return new NewUsers(certain, possible);
    }

    /** Between which bounds their number is. */
    record NewUsers(long least, long most) {}

    private void users(DayCounts all, Metric metric, Set<String> users) {
        if (!users.isEmpty()) {
            all.add(new Place(metric, Dimension.TOTAL, day(date)), "", users.size());
        }
    }

    /** Who comes by that name later is another user. */
    private void erase(String user) {
        lives.merge(user, 1, Integer::sum);
        counts.remove(new Place(Metric.CALLS, Dimension.USER, day(date)), user);
        counts.remove(new Place(Metric.CLICKS, Dimension.USER, day(date)), user);
    }

    private void outcome(Instant appended, String outcome) {
        add(Metric.EVENTS, Dimension.TOTAL, appended, "", 1);
        add(Metric.EVENTS, Dimension.OUTCOME, appended, outcome, 1);
    }

    private boolean isRepeated(Event event, Instant appended) {
        if (event.id() == null || settings.deduplicationHorizon().isZero()) {
            return false;
        }
        Instant oldest = appended.minus(settings.deduplicationHorizon());
        while (!idsByAge.isEmpty() && idsByAge.getFirst().accepted().isBefore(oldest)) {
            SeenId forgotten = idsByAge.removeFirst();
            ids.remove(forgotten.id(), forgotten.accepted());
        }
        String id = partitionOf(event.ownerKey()) + " " + event.id();
        Instant before = ids.get(id);
        if (before != null && !before.isBefore(oldest)) {
            return true;
        }
        ids.put(id, appended);
        idsByAge.add(new SeenId(appended, id));
        return false;
    }

    private int partitionOf(String owner) {
        return Utils.toPositive(Utils.murmur2(owner.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    private void count(Event event, Instant time, String topic) {
        String user = event.userId();
        if (user != null) {
            // Names have no line breaks.
            user(user + '\n' + lives.getOrDefault(user, 0), time.atZone(zone).toLocalDate(), topic);
        }
        if (event instanceof Event.ApiCall call) {
            String status = call.status().value();
            add(Metric.CALLS, Dimension.TOTAL, time, "", 1);
            add(Metric.CALLS, Dimension.ENDPOINT, time, call.endpoint(), 1);
            add(Metric.CALLS, Dimension.STATUS, time, status, 1);
            add(Metric.CALLS, Dimension.ENDPOINT_STATUS, time, status + " " + call.endpoint(), 1);
            if (user != null) {
                add(Metric.CALLS, Dimension.USER, time, user, 1);
            }
            if (call.durationMs() != null) {
                long bound = LatencyBuckets.upperBound(LatencyBuckets.indexOf(call.durationMs()));
                add(Metric.LATENCY, Dimension.ENDPOINT_LATENCY, time, bound + " " + call.endpoint(), 1);
            }
        } else if (event instanceof Event.Click click) {
            add(Metric.CLICKS, Dimension.TOTAL, time, "", 1);
            add(Metric.CLICKS, Dimension.PRODUCT, time, click.productId(), 1);
            if (user != null) {
                add(Metric.CLICKS, Dimension.USER, time, user, 1);
            }
        } else if (event instanceof Event.PageView view) {
            add(Metric.PAGE_VIEWS, Dimension.TOTAL, time, "", 1);
            add(Metric.PAGE_VIEWS, Dimension.PAGE, time, view.page(), 1);
        } else if (event instanceof Event.Dwell dwell) {
            add(Metric.DWELLS, Dimension.TOTAL, time, "", 1);
            add(Metric.DWELLS, Dimension.PAGE, time, dwell.page(), 1);
            if (dwell.durationMs() > 0) {
                add(Metric.DWELL_MS, Dimension.TOTAL, time, "", dwell.durationMs());
                add(Metric.DWELL_MS, Dimension.PAGE, time, dwell.page(), dwell.durationMs());
            }
        }
    }

    private void user(String user, LocalDate day, String topic) {
        if (!day.isAfter(date)) {
            if (day.equals(date)) {
                active.add(user);
            }
            if (day.isAfter(date.minusDays(WEEK))) {
                activeOfWeek.add(user);
            }
            if (day.isAfter(date.minusDays(MONTH))) {
                activeOfMonth.add(user);
            }
        }
        FirstDays days = firstDays.getOrDefault(user, new FirstDays(Optional.empty(), Optional.empty()));
        if (topic.equals(Topics.API_CALLS) && days.onCalls().isEmpty()) {
            firstDays.put(user, new FirstDays(Optional.of(day), days.onActions()));
        } else if (!topic.equals(Topics.API_CALLS) && days.onActions().isEmpty()) {
            firstDays.put(user, new FirstDays(days.onCalls(), Optional.of(day)));
        }
    }

    private void add(Metric metric, Dimension dimension, Instant time, String member, long amount) {
        if (!time.atZone(zone).toLocalDate().equals(date)) {
            return;
        }
        Set<Granularity> granularities =
                CountTable.find(metric, dimension).orElseThrow().granularities();
        if (granularities.contains(Granularity.MINUTE)) {
            Instant minute = time.truncatedTo(ChronoUnit.MINUTES);
            counts.add(new Place(metric, dimension, utc(Granularity.MINUTE, minute)), member, amount);
        }
        if (granularities.contains(Granularity.HOUR)) {
            ZonedDateTime local = time.atZone(zone);
            Instant hour = time.truncatedTo(ChronoUnit.MINUTES).minusSeconds(local.getMinute() * 60L);
            counts.add(new Place(metric, dimension, utc(Granularity.HOUR, hour)), member, amount);
        }
        counts.add(new Place(metric, dimension, day(date)), member, amount);
    }

    private static Window utc(Granularity granularity, Instant start) {
        return new Window(granularity, start.toString().substring(0, "2026-11-20T10:15".length()) + "Z");
    }

    private static Window day(LocalDate date) {
        return new Window(Granularity.DAY, date.toString());
    }
}
