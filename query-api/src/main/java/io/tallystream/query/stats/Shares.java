package io.tallystream.query.stats;

import io.tallystream.query.store.Ranking;
import io.tallystream.schema.event.CallStatus;
import java.util.List;

/** Parts of a whole. */
public final class Shares {
    private Shares() {}

    /** The part's share; null of nothing: then there is no share, big or small. */
    public static Double of(long part, long whole) {
        return whole == 0 ? null : (double) part / whole;
    }

    /** The share of successes; null if there were no calls: then there is no rate, good or bad. */
    public static Double successRate(List<Ranking.Entry> statuses) {
        long calls = statuses.stream().mapToLong(Ranking.Entry::count).sum();
        long successes = statuses.stream()
                .filter(status -> isSuccess(status.member()))
                .mapToLong(Ranking.Entry::count)
                .sum();
        return of(successes, calls);
    }

    /** A status that this version does not know is not called a success. */
    public static boolean isSuccess(String member) {
        CallStatus status = CallStatus.parse(member);
        return status != null && status.isSuccess();
    }
}
