package io.tallystream.query.store;

import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.OtherMember;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.schema.redis.Freshness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Counts of one generation. Of no use after the answer that it was given for. What partitions count under shares of
 * {@link OtherMember} is one member here. Stages fail as those of {@link CountReader} do; all commands asked for before the first
 * reply are sent before it.
 */
public final class Snapshot {
    private static final Map<String, Metric> METRICS =
            Arrays.stream(Metric.values()).collect(Collectors.toUnmodifiableMap(Metric::wireName, Function.identity()));
    // More than there are: every HTTP status code, success and error.
    private static final int ALL_STATUSES = 1_000;

    private final Link link;
    private final CountKeys keys;
    private final int partitions;

    /** Where commands go. */
    interface Link {
        <T> CompletionStage<T> ask(Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command);
    }

    /** @param partitions how many may have a share of {@link OtherMember}, at most */
    Snapshot(Link link, CountKeys keys, int partitions) {
        this.link = link;
        this.keys = keys;
        this.partitions = partitions;
    }

    /** The totals of all metrics in a window; those without a count are not in the map. */
    public CompletionStage<Map<Metric, Long>> totals(Window window) {
        return link.ask(redis -> redis.zrangeWithScores(keys.totals(window), 0, -1))
                .thenApply(Snapshot::byMetric);
    }

    /** How far these counts are behind Kafka; empty if nobody tells. */
    public CompletionStage<Optional<Freshness>> freshness() {
        return link.ask(redis -> redis.zrangeWithScores(CountKeys.freshness(keys.prefix()), 0, -1))
                .thenApply(scores -> Freshness.of(scores.stream()
                        .collect(Collectors.toMap(ScoredValue::getValue, scored -> (long) scored.getScore()))));
    }

    /** One count; 0 if there is none. */
    public CompletionStage<Long> count(CountAddress address) {
        if (OtherMember.isWhole(address.dimension(), address.member())) {
            return counts(address.window(), address.metric(), address.dimension(), shares(address.member()))
                    .thenApply(Snapshot::sum);
        }
        return link.ask(redis -> score(redis, address)).thenApply(Snapshot::valueOf);
    }

    /** Those counts, in their order, 0 where there is none. */
    public CompletionStage<List<Long>> counts(List<CountAddress> addresses) {
        if (addresses.stream().anyMatch(address -> OtherMember.isWhole(address.dimension(), address.member()))) {
            return Stages.all(addresses.stream().map(this::count).toList());
        }
        // As one question: hundreds of them cost less than asked for one by one.
        return link.ask(redis -> Stages.all(
                        addresses.stream().map(address -> score(redis, address)).toList()))
                .thenApply(Snapshot::valuesOf);
    }

    private CompletionStage<Double> score(RedisClusterAsyncCommands<String, String> redis, CountAddress address) {
        return redis.zscore(keys.key(address), keys.member(address));
    }

    private static long valueOf(Double score) {
        return score == null ? 0 : score.longValue();
    }

    private static List<Long> valuesOf(List<Double> scores) {
        return scores.stream().map(Snapshot::valueOf).toList();
    }

    /** The counts of those members, in their order, 0 where there is none. */
    public CompletionStage<List<Long>> counts(Window window, Metric metric, Dimension dimension, List<String> members) {
        if (members.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        String key = keys.members(window, metric, dimension);
        return link.ask(redis -> redis.zmscore(key, members.toArray(String[]::new)))
                .thenApply(Snapshot::valuesOf);
    }

    /** Like {@link #counts(Window, Metric, Dimension, List)}, of members that may each be the sum of all shares. */
    public CompletionStage<List<Long>> wholeCounts(
            Window window, Metric metric, Dimension dimension, List<String> members) {
        List<List<String>> parts = members.stream()
                .map(member -> OtherMember.isWhole(dimension, member) ? shares(member) : List.of(member))
                .toList();
        return counts(
                        window,
                        metric,
                        dimension,
                        parts.stream().flatMap(List::stream).toList())
                .thenApply(counts -> {
                    List<Long> sums = new ArrayList<>(parts.size());
                    int from = 0;
                    for (List<String> part : parts) {
                        sums.add(sum(counts.subList(from, from + part.size())));
                        from += part.size();
                    }
                    return sums;
                });
    }

    /** The calls of a window by status, all of them, the most frequent first. */
    public CompletionStage<Ranking> statuses(Window window) {
        return ranking(window, Metric.CALLS, Dimension.STATUS, Ranking.Order.DESCENDING, 0, ALL_STATUSES);
    }

    /**
     * Members of a dimension by their counts.
     *
     * @param offset how many to leave out at the beginning
     * @param limit how many at most
     */
    public CompletionStage<Ranking> ranking(
            Window window, Metric metric, Dimension dimension, Ranking.Order order, int offset, int limit) {
        String key = keys.members(window, metric, dimension);
        CompletableFuture<Long> members = link.ask(redis -> redis.zcard(key)).toCompletableFuture();
        CompletableFuture<List<Ranking.Entry>> page =
                entries(key, order, offset, limit).toCompletableFuture();
        CompletableFuture<Others> others = others(window, metric, dimension).toCompletableFuture();
        return CompletableFuture.allOf(members, page, others).thenCompose(all -> {
            Others found = others.join();
            if (found.shares() == 0) {
                return CompletableFuture.completedFuture(new Ranking(page.join(), members.join()));
            }
            // Where a sum stands among the others is known when all that may stand before it are.
            return entries(key, order, 0, offset + limit + found.shares())
                    .thenApply(entries -> new Ranking(
                            merge(dimension, entries, found, order, offset, limit),
                            members.join() - found.shares() + found.sums().size()));
        });
    }

    /**
     * Members as they are stored, a share for each partition: for those who read all of them.
     *
     * @param offset how many to leave out at the beginning, the highest counts first
     */
    public CompletionStage<List<Ranking.Entry>> stored(
            Window window, Metric metric, Dimension dimension, long offset, int limit) {
        return entries(keys.members(window, metric, dimension), Ranking.Order.DESCENDING, offset, limit);
    }

    /** How many there are of them. */
    public CompletionStage<Long> members(Window window, Metric metric, Dimension dimension) {
        return link.ask(redis -> redis.zcard(keys.members(window, metric, dimension)));
    }

    /**
     * Some of the members of a dimension as they are stored, in no order.
     *
     * @param cursor where there are more; empty at the end
     */
    public record Part(List<Ranking.Entry> entries, Optional<String> cursor) {}

    /**
     * Members as they are stored, part after part. Unlike pages by rank, all parts together have each member that is there
     * all the while, however counts change meanwhile; some may be in more than one.
     *
     * @param cursor of the part before; empty for the first
     * @param size of a part, roughly
     */
    public CompletionStage<Part> part(
            Window window, Metric metric, Dimension dimension, Optional<String> cursor, int size) {
        String key = keys.members(window, metric, dimension);
        ScanCursor from = cursor.map(ScanCursor::of).orElse(ScanCursor.INITIAL);
        return link.ask(redis -> redis.zscan(key, from, ScanArgs.Builder.limit(size)))
                .thenApply(scan -> new Part(
                        asEntries(scan.getValues()),
                        scan.isFinished() ? Optional.empty() : Optional.of(scan.getCursor())));
    }

    private CompletionStage<List<Ranking.Entry>> entries(String key, Ranking.Order order, long offset, int limit) {
        long last = offset + limit - 1;
        return link.ask(redis -> order == Ranking.Order.DESCENDING
                        ? redis.zrevrangeWithScores(key, offset, last)
                        : redis.zrangeWithScores(key, offset, last))
                .thenApply(Snapshot::asEntries);
    }

    private static List<Ranking.Entry> asEntries(List<ScoredValue<String>> scores) {
        return scores.stream()
                .map(scored -> new Ranking.Entry(scored.getValue(), (long) scored.getScore()))
                .toList();
    }

    /** Sums over the shares of all partitions, and how many shares there are. */
    private record Others(Map<String, Long> sums, int shares) {}

    private CompletionStage<Others> others(Window window, Metric metric, Dimension dimension) {
        if (!dimension.isLimited()) {
            return CompletableFuture.completedFuture(new Others(Map.of(), 0));
        }
        return wholes(window, dimension).thenCompose(wholes -> {
            List<String> shares =
                    wholes.stream().flatMap(whole -> shares(whole).stream()).toList();
            return counts(window, metric, dimension, shares).thenApply(counts -> {
                Map<String, Long> sums = new LinkedHashMap<>();
                int present = 0;
                for (int i = 0; i < counts.size(); i++) {
                    if (counts.get(i) > 0) {
                        present++;
                        sums.merge(wholes.get(i / partitions), counts.get(i), Long::sum);
                    }
                }
                return new Others(sums, present);
            });
        });
    }

    /** What may be a sum in that dimension. */
    private CompletionStage<List<String>> wholes(Window window, Dimension dimension) {
        return switch (dimension) {
            case ENDPOINT_STATUS ->
                statuses(window)
                        .thenApply(statuses -> statuses.entries().stream()
                                .map(status -> Dimension.endpointStatusMember(OtherMember.NAME, status.member()))
                                .toList());
            case ENDPOINT_LATENCY ->
                CompletableFuture.completedFuture(IntStream.range(0, LatencyBuckets.count())
                        .mapToObj(bucket -> Dimension.endpointLatencyMember(OtherMember.NAME, bucket))
                        .toList());
            default -> CompletableFuture.completedFuture(List.of(OtherMember.NAME));
        };
    }

    private List<String> shares(String whole) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> OtherMember.shareOf(whole, partition))
                .toList();
    }

    private static List<Ranking.Entry> merge(
            Dimension dimension,
            List<Ranking.Entry> stored,
            Others others,
            Ranking.Order order,
            int offset,
            int limit) {
        List<Ranking.Entry> merged = new ArrayList<>(stored);
        merged.removeIf(entry -> OtherMember.wholeOf(dimension, entry.member()).isPresent());
        others.sums().forEach((member, count) -> {
            int place = 0;
            while (place < merged.size() && isBefore(merged.get(place).count(), count, order)) {
                place++;
            }
            merged.add(place, new Ranking.Entry(member, count));
        });
        int from = Math.min(offset, merged.size());
        return merged.subList(from, Math.min(from + limit, merged.size()));
    }

    private static boolean isBefore(long count, long other, Ranking.Order order) {
        return order == Ranking.Order.DESCENDING ? count >= other : count <= other;
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    private static Map<Metric, Long> byMetric(List<ScoredValue<String>> scores) {
        Map<Metric, Long> totals = new EnumMap<>(Metric.class);
        for (ScoredValue<String> scored : scores) {
            Metric metric = METRICS.get(scored.getValue());
            // While versions are being exchanged, a newer one may count what this one does not know.
            if (metric != null) {
                totals.put(metric, (long) scored.getScore());
            }
        }
        return totals;
    }
}
