package io.tallystream.standalone.reconcile;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.reconciliation.Verdict;
import io.tallystream.query.span.Bucket;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.OtherMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Counts in Redis beside those of a recount, member by member. While events come, a count is right if it lies between what the
 * recount had before Redis was read and what it had afterwards.
 */
final class Comparison {
    private static final int MAX_DETAILS = 10;

    private final DayCounts least;
    private final DayCounts redis;
    private final DayCounts most;
    private final Predicate<Bucket> isFinal;

    /**
     * What was found of a row and a granularity.
     *
     * @param redis the sum over all windows and members
     * @param recounted the same of the recount
     * @param members how many were compared
     * @param details some of those that differ
     */
    record Found(String name, long redis, long recounted, long members, Verdict verdict, List<String> details) {}

    /**
     * @param least of the recount before Redis was read
     * @param most of the recount afterwards
     * @param isFinal whether the counts of a window can change no more
     */
    Comparison(DayCounts least, DayCounts redis, DayCounts most, Predicate<Bucket> isFinal) {
        this.least = requireNonNull(least, "least");
        this.redis = requireNonNull(redis, "redis");
        this.most = requireNonNull(most, "most");
        this.isFinal = requireNonNull(isFinal, "isFinal");
    }

    /** Whether Redis has all that the recount had before, as far as it is kept. */
    static boolean hasCaughtUp(DayCounts least, DayCounts redis, Predicate<Place> isKept) {
        return least.places().stream().filter(isKept).allMatch(place -> sum(redis.at(place)) >= sum(least.at(place)));
    }

    /** Compares a row in those windows of one granularity. */
    Found of(CountTable.Row row, Granularity granularity, List<Bucket> windows) {
        long sumOfRedis = 0;
        long sumOfRecount = 0;
        long members = 0;
        Verdict verdict = Verdict.BALANCED;
        List<String> details = new ArrayList<>();
        for (Bucket window : windows) {
            Place place = new Place(row.metric(), row.dimension(), window.window());
            Map<String, Long> found = redis.at(place);
            Map<String, Long> wholes = wholes(row.dimension(), found);
            Map<String, Long> before = folded(row.dimension(), least.at(place), found, wholes);
            Map<String, Long> after = folded(row.dimension(), most.at(place), found, wholes);
            Set<String> names = new TreeSet<>(wholes.keySet());
            names.addAll(before.keySet());
            names.addAll(after.keySet());
            for (String name : names) {
                long inRedis = wholes.getOrDefault(name, 0L);
                Verdict ofMember = judge(
                        before.getOrDefault(name, 0L), inRedis, after.getOrDefault(name, 0L), isFinal.test(window));
                verdict = ofMember.compareTo(verdict) > 0 ? ofMember : verdict;
                if (ofMember == Verdict.OFF && details.size() < MAX_DETAILS) {
                    details.add("%s %s: %d in Redis, %d recounted"
                            .formatted(window.window().label(), name, inRedis, after.getOrDefault(name, 0L)));
                }
            }
            members += names.size();
            sumOfRedis += sum(wholes);
            sumOfRecount += sum(after);
        }
        return new Found(name(row, granularity), sumOfRedis, sumOfRecount, members, verdict, details);
    }

    static String name(CountTable.Row row, Granularity granularity) {
        String by = row.dimension() == Dimension.TOTAL
                ? ""
                : " by " + row.dimension().wireName();
        return row.metric().wireName() + by + ", " + granularity.wireName();
    }

    /** @param isClosed whether the counts can change no more */
    static Verdict judge(long least, long redis, long most, boolean isClosed) {
        if (redis == least && redis == most) {
            return Verdict.BALANCED;
        }
        boolean isBetween = !isClosed && least <= redis && redis <= most;
        return isBetween ? Verdict.OPEN : Verdict.OFF;
    }

    /** With the shares of all partitions as one. */
    private static Map<String, Long> wholes(Dimension dimension, Map<String, Long> members) {
        Map<String, Long> wholes = new HashMap<>();
        members.forEach((member, count) ->
                wholes.merge(OtherMember.wholeOf(dimension, member).orElse(member), count, Long::sum));
        return wholes;
    }

    /** The recount with those names as one that Redis does not have by name, but has among the others. */
    private static Map<String, Long> folded(
            Dimension dimension, Map<String, Long> recount, Map<String, Long> stored, Map<String, Long> wholes) {
        Map<String, Long> folded = new HashMap<>();
        recount.forEach((member, count) -> {
            String other = otherOf(dimension, member);
            boolean isAmongOthers = !stored.containsKey(member) && wholes.containsKey(other) && dimension.isLimited();
            String own = OtherMember.wholeOf(dimension, member).orElse(member);
            folded.merge(isAmongOthers ? other : own, count, Long::sum);
        });
        return folded;
    }

    /** Under which name a member is counted that is not counted by its own. */
    private static String otherOf(Dimension dimension, String member) {
        return dimension.isOfPairs()
                ? member.substring(0, member.indexOf(' ') + 1) + OtherMember.NAME
                : OtherMember.NAME;
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
