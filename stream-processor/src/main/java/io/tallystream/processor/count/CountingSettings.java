package io.tallystream.processor.count;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.ZoneId;

/**
 * What operators choose about counting.
 *
 * @param zone whose hours and days are counted
 * @param allowedLateness how long before its append an event may have happened
 * @param allowedSkew how long after its append it may say to have happened
 * @param deduplicationHorizon how far apart two appends of one id may be to be the same event; zero: ids are not looked at
 * @param eventsRetention how long events stay on their topics: the longest that partitions can be read apart from one another
 * @param userDayRetention how long counts per user and day are kept
 * @param partitions of the event topics, and of those in between
 * @param maxMembers of each dimension and window, over all partitions
 */
public record CountingSettings(
        ZoneId zone,
        Duration allowedLateness,
        Duration allowedSkew,
        Duration deduplicationHorizon,
        Duration eventsRetention,
        Duration userDayRetention,
        int partitions,
        int maxMembers) {
    private static final Duration LONGEST_WINDOW = Duration.ofHours(26);
    private static final Duration MARGIN = Duration.ofDays(1);
    // Kafka deletes whole segments, which last for a week by its default.
    private static final Duration SEGMENT = Duration.ofDays(8);

    /** Requires all. */
    public CountingSettings {
        requireNonNull(zone, "zone");
        requireNonNull(allowedLateness, "allowedLateness");
        requireNonNull(allowedSkew, "allowedSkew");
        requireNonNull(deduplicationHorizon, "deduplicationHorizon");
        requireNonNull(eventsRetention, "eventsRetention");
        requireNonNull(userDayRetention, "userDayRetention");
    }

    /** These with another horizon. */
    public CountingSettings withDeduplicationHorizon(Duration horizon) {
        return new CountingSettings(
                zone, allowedLateness, allowedSkew, horizon, eventsRetention, userDayRetention, partitions, maxMembers);
    }

    int maxMembersPerPartition() {
        return Math.max(1, maxMembers / partitions);
    }

    /** How long counts of a user and day can be on their topic, from the day's beginning. */
    Duration userDaysOnTopic() {
        return windowsStayOpen().plus(userDayRetention).plus(SEGMENT);
    }

    /** How long after its start a window may still be added to, at most, by the clock of the appends. */
    Duration windowsStayOpen() {
        return LONGEST_WINDOW.plus(allowedLateness).plus(readApart()).plus(MARGIN);
    }

    /**
     * How much longer users' events can come than their days are remembered; zero or negative if none can come too late for that.
     * What is beyond would stop the count, or count users as active who are already.
     */
    public Duration beyondMemory() {
        // The days that were open at a user's last commit are forgotten only with the next, after the days that are
        // open then.
        int openDays = UserState.REMEMBERED_DAYS / 2;
        // A time of n days touches n + 1 of them, and an hour sooner where one has 23.
        Duration longest = Duration.ofDays(openDays - 1L).minusHours(1);
        return windowsStayOpen().plus(allowedSkew).minus(longest);
    }

    /** An event can be kept on its topic first, and then once more on the way to its owner's partition. */
    private Duration readApart() {
        return eventsRetention.multipliedBy(2);
    }
}
