package io.tallystream.schema.redis;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where counts are in Redis. One sorted set holds the members of a dimension with their counts as scores:
 * {@code tally:1:minute:2026-11-20T10:15Z:calls:endpoint}. The totals of all metrics of a window share one:
 * {@code tally:1:minute:2026-11-20T10:15Z:total}, with the metrics' names as members. Immutable.
 */
public final class CountKeys {
    /** The generation of a count that was never made anew. */
    public static final int FIRST_GENERATION = 1;

    private static final char SEPARATOR = ':';
    private static final Pattern AFTER_GENERATION = Pattern.compile(
            "(?<granularity>[a-z]+):(?<window>[^:]+(?::\\d\\dZ)?):" + "(?:(?<metric>[a-z_]+):)?(?<dimension>[a-z_]+)");

    private static final Pattern GENERATION = Pattern.compile("(\\d{1,9}):.*", Pattern.DOTALL);

    private final String prefix;
    private final int generation;
    private final String head;

    /**
     * @param prefix the first part of each key, so that others may use the same Redis
     * @param generation which of several counts of the same events; a recount is written beside the one being read
     */
    public CountKeys(String prefix, int generation) {
        this.prefix = requireNonNull(prefix, "prefix");
        this.generation = generation;
        this.head = prefix + SEPARATOR + generation + SEPARATOR;
    }

    /**
     * The key of the string that says which generation is read and written now; {@value #FIRST_GENERATION} where there is
     * none. It is only ever raised.
     */
    public static String liveGeneration(String prefix) {
        return prefix + SEPARATOR + "generation";
    }

    /** The key of the string that whoever makes counts anew holds meanwhile, so that there is one at a time. */
    public static String rebuild(String prefix) {
        return prefix + SEPARATOR + "rebuild";
    }

    /**
     * The key of the hash that holds the daily reports of a date. It is of no generation: reports stay when counts are made
     * anew, and outlast the counts they were made of.
     */
    public static String dailyReport(String prefix, LocalDate date) {
        return prefix + SEPARATOR + "report" + SEPARATOR + "daily" + SEPARATOR + date;
    }

    /**
     * The key of the string that holds a browser's session.
     *
     * @param digest of what the browser's cookie holds
     */
    public static String session(String prefix, String digest) {
        return prefix + SEPARATOR + "session" + SEPARATOR + digest;
    }

    /** The key of the sorted set with the digests of the sessions that were opened with a key of that name. */
    public static String sessionsOf(String prefix, String keyName) {
        return prefix + SEPARATOR + "sessions" + SEPARATOR + keyName;
    }

    /**
     * The key of the string that holds what a one-time code lets its bearer do.
     *
     * @param digest of the code
     */
    public static String loginCode(String prefix, String digest) {
        return prefix + SEPARATOR + "login" + SEPARATOR + digest;
    }

    /** The key of the sorted set that tells the {@link Freshness} of the counts that are read now. */
    public static String freshness(String prefix) {
        return prefix + SEPARATOR + "freshness";
    }

    /** The key of the set of requests to erase users that Kafka does not have yet. */
    public static String erasures(String prefix) {
        return prefix + SEPARATOR + "erasures";
    }

    /** The key of the string that is there for a while when Kafka has that request. */
    public static String erasureTaken(String prefix, String id) {
        return erasures(prefix) + SEPARATOR + id;
    }

    /** The pattern, for {@code SCAN}, of all keys with that prefix. */
    public static String pattern(String prefix) {
        return prefix.replaceAll("([\\\\*?\\[\\]^-])", "\\\\$1") + SEPARATOR + "*";
    }

    /** The generation that a key belongs to; empty if it belongs to none, or has another prefix. */
    public static OptionalInt generationOf(String prefix, String key) {
        String head = prefix + SEPARATOR;
        Matcher matcher = GENERATION.matcher(key.startsWith(head) ? key.substring(head.length()) : "");
        return matcher.matches() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    /** What all keys of the installation begin with. */
    public String prefix() {
        return prefix;
    }

    /** Which generation these keys are of. */
    public int generation() {
        return generation;
    }

    /** The same keys of another generation. */
    public CountKeys ofGeneration(int other) {
        return other == generation ? this : new CountKeys(prefix, other);
    }

    /** What a key holds: all counts of a dimension, or, with an empty metric, the totals of a window. */
    public record Contents(Window window, Optional<Metric> metric, Dimension dimension) {}

    /** The key of the sorted set that holds the count. */
    public String key(CountAddress address) {
        return address.dimension() == Dimension.TOTAL
                ? totals(address.window())
                : members(address.window(), address.metric(), address.dimension());
    }

    /** The member under which the count stands there. */
    public String member(CountAddress address) {
        return address.dimension() == Dimension.TOTAL ? address.metric().wireName() : address.member();
    }

    /** The key of the sorted set with the totals of all metrics. */
    public String totals(Window window) {
        return ofWindow(window) + Dimension.TOTAL.wireName();
    }

    /** The key of the sorted set with the counts by member. */
    public String members(Window window, Metric metric, Dimension dimension) {
        return ofWindow(window) + metric.wireName() + SEPARATOR + dimension.wireName();
    }

    /**
     * The key of the string that says how far a partition of a counts topic has been written: the offset after the last record.
     * It never expires.
     *
     * @param slotTag what ties it to one server of a Redis Cluster, such as {@code {7}}; empty for a Redis that is no Cluster
     */
    public String applied(String slotTag, String topic, int partition) {
        return head + "applied" + SEPARATOR + (slotTag.isEmpty() ? "" : slotTag + SEPARATOR) + topic + SEPARATOR
                + partition;
    }

    /** What the key of a sorted set holds; empty if it is not such a key of this prefix and generation. */
    public Optional<Contents> parse(String key) {
        if (!key.startsWith(head)) {
            return Optional.empty();
        }
        Matcher matcher = AFTER_GENERATION.matcher(key.substring(head.length()));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Contents(
                new Window(Granularity.ofWireName(matcher.group("granularity")), matcher.group("window")),
                Optional.ofNullable(matcher.group("metric")).map(Metric::ofWireName),
                Dimension.ofWireName(matcher.group("dimension"))));
    }

    private String ofWindow(Window window) {
        return head + window.granularity().wireName() + SEPARATOR + window.label() + SEPARATOR;
    }
}
