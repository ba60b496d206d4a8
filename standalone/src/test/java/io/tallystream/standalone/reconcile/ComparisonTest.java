package io.tallystream.standalone.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.query.reconciliation.Verdict;
import io.tallystream.query.span.Bucket;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final Window HOUR = new Window(Granularity.HOUR, "2026-11-20T10:00Z");
    private static final Bucket BUCKET = new Bucket(
            HOUR,
            Instant.parse("2026-11-20T10:00:00Z"),
            Instant.parse("2026-11-20T10:00:00Z").plus(Duration.ofHours(1)));

    private final DayCounts least = new DayCounts();
    private final DayCounts redis = new DayCounts();
    private final DayCounts most = new DayCounts();

    private Comparison.Found compare(Metric metric, Dimension dimension, boolean isFinal) {
        CountTable.Row row = CountTable.find(metric, dimension).orElseThrow();
        return new Comparison(least, redis, most, any -> isFinal).of(row, Granularity.HOUR, List.of(BUCKET));
    }

    private static Place place(Metric metric, Dimension dimension) {
        return new Place(metric, dimension, HOUR);
    }

    private void recounted(Place place, String member, long count) {
        least.add(place, member, count);
        most.add(place, member, count);
    }

    @Test
    void shouldCompareWhatIsNotCountedByNameAsOne() {
        Place statuses = place(Metric.CALLS, Dimension.ENDPOINT_STATUS);
        redis.add(statuses, "200 /a", 5);
        redis.add(statuses, "200 __other__/0", 2);
        redis.add(statuses, "200 __other__/3", 4);
        redis.add(statuses, "503 __other__/3", 1);
        recounted(statuses, "200 /a", 5);
        recounted(statuses, "200 /b", 4);
        recounted(statuses, "200 /c", 2);
        recounted(statuses, "503 /c", 1);

        Comparison.Found found = compare(Metric.CALLS, Dimension.ENDPOINT_STATUS, true);

        assertThat(found.verdict()).isEqualTo(Verdict.BALANCED);
        assertThat(found.members()).isEqualTo(3);
        assertThat(found.redis()).isEqualTo(12).isEqualTo(found.recounted());
    }

    @Test
    void shouldNotHideAMissingNameAmongTheOthers() {
        Place endpoints = place(Metric.CALLS, Dimension.ENDPOINT);
        redis.add(endpoints, "__other__/0", 2);
        recounted(endpoints, "/a", 2);
        recounted(endpoints, "/b", 1);

        Comparison.Found found = compare(Metric.CALLS, Dimension.ENDPOINT, true);

        assertThat(found.verdict()).isEqualTo(Verdict.OFF);
        assertThat(found.details()).containsExactly("2026-11-20T10:00Z __other__: 2 in Redis, 3 recounted");
    }

    @Test
    void shouldFindWhatCompensates() {
        Place products = place(Metric.CLICKS, Dimension.PRODUCT);
        redis.add(products, "p1", 3);
        redis.add(products, "p2", 1);
        recounted(products, "p1", 2);
        recounted(products, "p2", 2);

        assertThat(compare(Metric.CLICKS, Dimension.PRODUCT, true).details()).hasSize(2);
    }

    @Test
    void shouldTakeWhatLiesBetweenAsOpenWhileEventsCome() {
        assertThat(Comparison.judge(3, 3, 3, true)).isEqualTo(Verdict.BALANCED);
        assertThat(Comparison.judge(3, 4, 5, false)).isEqualTo(Verdict.OPEN);
        assertThat(Comparison.judge(3, 3, 5, false)).isEqualTo(Verdict.OPEN);
        assertThat(Comparison.judge(3, 4, 5, true)).isEqualTo(Verdict.OFF);
        assertThat(Comparison.judge(3, 2, 5, false)).isEqualTo(Verdict.OFF);
        assertThat(Comparison.judge(3, 6, 5, false)).isEqualTo(Verdict.OFF);
        assertThat(Comparison.judge(3, 4, 3, false)).isEqualTo(Verdict.OFF);
    }

    @Test
    void shouldWaitForWhatIsOnItsWayAndKept() {
        Place calls = place(Metric.CALLS, Dimension.TOTAL);
        least.add(calls, "", 3);
        redis.add(calls, "", 2);

        assertThat(Comparison.hasCaughtUp(least, redis, any -> true)).isFalse();
        assertThat(Comparison.hasCaughtUp(least, redis, any -> false)).isTrue();
        redis.add(calls, "", 1);
        assertThat(Comparison.hasCaughtUp(least, redis, any -> true)).isTrue();
    }
}
