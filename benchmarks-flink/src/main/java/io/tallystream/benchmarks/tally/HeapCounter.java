package io.tallystream.benchmarks.tally;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.event.EventView;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** Reads and judges records of the event topics and counts them into heap maps, until these are drained. For one thread. */
public final class HeapCounter {
    private static final long MINUTE_MS = Duration.ofMinutes(1).toMillis();
    private static final int MAX_USERS = 100_000;

    private final EventView event = new EventView();
    private final EventTally tally = new EventTally();
    private final UserTally users = new UserTally();
    private final WindowCalendar calendar;
    private final long allowedLatenessMs;
    private final long allowedSkewMs;
    private long dayStart;
    private long dayEnd;
    private int day;

    /**
     * How events are judged.
     *
     * @param zone whose days are counted
     * @param allowedLateness how long before its append an event may have happened
     * @param allowedSkew how long after its append it may say to have happened
     */
    public record Settings(ZoneId zone, Duration allowedLateness, Duration allowedSkew) implements Serializable {}

    /** Takes what was counted. */
    public interface Receiver {
        /**
         * The amounts of one group.
         *
         * @param group its sign and its name
         * @param amounts by {@link Cell}; not to be kept
         */
        void group(byte[] group, Long2LongOpenHashMap amounts);

        /** What a user did on a day, counted from 1970; all zero if they were only active. */
        void user(byte[] user, int onDay, int calls, int clicks);
    }

    /** Empty. */
    public HeapCounter(Settings settings) {
        calendar = new WindowCalendar(settings.zone());
        allowedLatenessMs = settings.allowedLateness().toMillis();
        allowedSkewMs = settings.allowedSkew().toMillis();
    }

    /**
     * Counts a record.
     *
     * @param value of the record
     * @param append when it was appended, in milliseconds from 1970
     */
    public void count(byte[] value, long append) {
        int appendMinute = (int) (append / MINUTE_MS);
        if (event.read(value) != null) {
            tally.addOutcome(Outcome.INVALID, appendMinute);
            return;
        }
        long happened = event.timeMillis() == EventView.ABSENT ? append : event.timeMillis();
        if (append - happened > allowedLatenessMs) {
            tally.addOutcome(Outcome.LATE, appendMinute);
        } else if (happened - append > allowedSkewMs) {
            tally.addOutcome(Outcome.FUTURE, appendMinute);
        } else {
            tally.addOutcome(Outcome.ACCEPTED, appendMinute);
            tally.add(event, (int) (happened / MINUTE_MS));
            if (event.userId().isPresent()) {
                users.add(event.userId(), event.type(), dayAt(happened));
            }
        }
    }

    /** Whether it is time to drain, lest the heap takes ever more. */
    public boolean isFull() {
        return tally.isFull() || users.size() > MAX_USERS;
    }

    /** Gives away all and forgets it. */
    public void drain(Receiver receiver) {
        users.drain(receiver);
        tally.drain(receiver);
    }

    private int dayAt(long millis) {
        if (millis < dayStart || millis >= dayEnd) {
            Window window = calendar.windowAt(Granularity.DAY, Instant.ofEpochMilli(millis));
            dayStart = calendar.startOf(window).toEpochMilli();
            dayEnd = calendar.endOf(window).toEpochMilli();
            day = Math.toIntExact(LocalDate.parse(window.label()).toEpochDay());
        }
        return day;
    }
}
