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
 * @param partitions of the event topics, and of those in between
 * @param maxMembers of each dimension and window, over all partitions
 */
public record CountingSettings(
        ZoneId zone,
        Duration allowedLateness,
        Duration allowedSkew,
        Duration deduplicationHorizon,
        Duration eventsRetention,
        int partitions,
        int maxMembers) {
    private static final Duration LONGEST_WINDOW = Duration.ofHours(26);
    private static final Duration MARGIN = Duration.ofDays(1);

    /** Requires all. */
    public CountingSettings {
        requireNonNull(zone, "zone");
        requireNonNull(allowedLateness, "allowedLateness");
        requireNonNull(allowedSkew, "allowedSkew");
        requireNonNull(deduplicationHorizon, "deduplicationHorizon");
        requireNonNull(eventsRetention, "eventsRetention");
    }

    /** These with another horizon. */
    public CountingSettings withDeduplicationHorizon(Duration horizon) {
        return new CountingSettings(
                zone, allowedLateness, allowedSkew, horizon, eventsRetention, partitions, maxMembers);
    }

    int maxMembersPerPartition() {
        return Math.max(1, maxMembers / partitions);
    }

    /** How long after its start a window may still be added to, at most, by the clock of the appends. */
    Duration windowsStayOpen() {
        return LONGEST_WINDOW.plus(allowedLateness).plus(eventsRetention).plus(MARGIN);
    }
}
