package io.tallystream.faults.check;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.tallystream.faults.system.Installation;
import io.tallystream.faults.truth.Journal;
import io.tallystream.faults.truth.Tally;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Compares, once all is quiet, what was sent with what is on the topics, and what that has to give with what is in Redis. */
public final class FinalCheck {
    private static final long POLL_MILLIS = 500;
    private static final int TOLD = 10;

    private final Installation installation;
    private final Journal journal;
    private final Tally truth;
    private final Violations violations;

    /**
     * What came of it.
     *
     * @param records on the event topics
     * @param outcomes what became of them
     * @param counts how many numbers were compared
     * @param settled how long it took until they agreed
     */
    public record Result(long records, Map<String, Long> outcomes, int counts, Duration settled) {
        /** Copies the map. */
        public Result {
            outcomes = Map.copyOf(outcomes);
        }

        /** How many records became that. */
        public long of(String outcome) {
            return outcomes.getOrDefault(outcome, 0L);
        }
    }

    /** @param truth all events that were acknowledged and are to be counted; gets the records */
    public FinalCheck(Installation installation, Journal journal, Tally truth, Violations violations) {
        this.installation = requireNonNull(installation, "installation");
        this.journal = requireNonNull(journal, "journal");
        this.truth = requireNonNull(truth, "truth");
        this.violations = requireNonNull(violations, "violations");
    }

    /**
     * Compares. Nothing is sent any more, and all faults have ended.
     *
     * @param limit for how long the counts may take to become exact
     */
    public Result run(Duration limit) throws InterruptedException {
        long begin = System.nanoTime();
        if (journal.unknown() > 0) {
            violations.add(Invariant.DURABILITY, journal.unknown() + " events were neither accepted nor refused");
        }
        RawBooks books = RawBooks.read(installation.kafka().bootstrapServers(), journal, truth);
        journal.firstMissing(books.found())
                .ifPresent(first -> violations.add(
                        Invariant.DURABILITY,
                        "%d acknowledged events are lost, the first is number %d"
                                .formatted(journal.missing(books.found()), first)));
        if (books.phantoms() > 0) {
            violations.add(Invariant.NO_PHANTOM, books.phantoms() + " refused events are on the topics");
        }
        Map<String, Long> expected = comparable(truth.counts());
        Map<String, Long> differences = settle(expected, begin + limit.toNanos());
        Duration settled = Duration.ofNanos(System.nanoTime() - begin);
        if (!differences.isEmpty()) {
            violations.add(
                    differences.keySet().stream().allMatch(count -> count.startsWith("events|"))
                            ? Invariant.CONSERVATION
                            : Invariant.CONVERGENCE,
                    "%d of %d counts are wrong after %d s: %s"
                            .formatted(differences.size(), expected.size(), limit.toSeconds(), told(differences)));
        }
        return new Result(books.records(), books.outcomes(), expected.size(), settled);
    }

    /** Counts that are not as they have to be, and by how much; as soon as there is none, or when the time is over. */
    private Map<String, Long> settle(Map<String, Long> expected, long deadline) throws InterruptedException {
        try (RedisContents redis = new RedisContents(installation.redis().uri())) {
            while (true) {
                Map<String, Long> differences = differences(expected, comparable(redis.counts()));
                if (differences.isEmpty() || System.nanoTime() - deadline > 0) {
                    List<String> forEver = redis.withWrongExpiry();
                    if (!forEver.isEmpty()) {
                        violations.add(Invariant.EXPIRY, forEver.size() + " keys, such as " + forEver.get(0));
                    }
                    return differences;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } catch (RedisException e) {
            violations.add(Invariant.CONVERGENCE, "Redis does not answer: " + e.getMessage());
            return Map.of();
        }
    }

    /**
     * On which day a user is new depends on which of the events around midnight is processed first: over several days it is
     * only their sum that is known.
     */
    private static Map<String, Long> comparable(Map<String, Long> counts) {
        Map<String, Long> comparable = new TreeMap<>();
        counts.forEach((name, count) ->
                comparable.merge(name.startsWith("new_users|day|") ? "new_users|days" : name, count, Long::sum));
        return comparable;
    }

    private static Map<String, Long> differences(Map<String, Long> expected, Map<String, Long> actual) {
        Map<String, Long> differences = new TreeMap<>();
        TreeSet<String> names = new TreeSet<>(expected.keySet());
        names.addAll(actual.keySet());
        for (String name : names) {
            long difference = actual.getOrDefault(name, 0L) - expected.getOrDefault(name, 0L);
            if (difference != 0) {
                differences.put(name, difference);
            }
        }
        return differences;
    }

    private static String told(Map<String, Long> differences) {
        return String.join(
                ", ",
                differences.entrySet().stream()
                        .limit(TOLD)
                        .map(entry -> "%s by %+d".formatted(entry.getKey(), entry.getValue()))
                        .toList());
    }
}
