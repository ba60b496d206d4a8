package io.tallystream.query.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.tallystream.query.Counts;
import io.tallystream.query.store.CountReader;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
abstract class ReportStoreSuite {
    private static final WindowCalendar CALENDAR = new WindowCalendar(ZoneId.of("Asia/Kolkata"));
    // In a year to come: Redis deletes what has expired.
    private static final LocalDate DATE = LocalDate.parse("2093-11-19");
    private static final Window DAY = new Window(Granularity.DAY, DATE.toString());

    private final String prefix = "test-" + UUID.randomUUID();
    private final Counts counts;
    private final RedisClusterCommands<String, String> redis;
    private final CountReader reader;
    private final List<ReportStore> stores = new ArrayList<>();

    ReportStoreSuite(String redisUri) {
        counts = new Counts(redisUri, prefix);
        redis = counts.redis();
        reader = new CountReader(redisUri, prefix, 1);
        for (int i = 0; i < 4; i++) {
            stores.add(new ReportStore(reader, redisUri, prefix, CALENDAR));
        }
    }

    @BeforeEach
    void start() {
        reader.start();
        await().until(() -> reader.health().up());
    }

    @AfterEach
    void close() {
        stores.forEach(ReportStore::close);
        reader.close();
        counts.close();
    }

    @Test
    void shouldKeepWhatTheFirstOfSeveralHasMade() throws Exception {
        for (int revision = 1; revision <= 20; revision++) {
            List<CompletableFuture<Boolean>> added = new ArrayList<>();
            for (int maker = 0; maker < stores.size(); maker++) {
                added.add(stores.get(maker)
                        .add(DAY, revision, report(revision, maker))
                        .toCompletableFuture());
            }
            List<Integer> winners = new ArrayList<>();
            for (int maker = 0; maker < added.size(); maker++) {
                if (added.get(maker).get(5, TimeUnit.SECONDS)) {
                    winners.add(maker);
                }
            }

            assertThat(winners).hasSize(1);
            assertThat(get(stores.get(0).latest(DATE))).contains(report(revision, winners.get(0)));
        }
    }

    @Test
    void shouldKeepABoundedNumberOfRevisionsForAYear() throws Exception {
        String key = CountKeys.dailyReport(prefix, DATE);
        for (int revision = 1; revision <= 12; revision++) {
            assertThat(get(stores.get(0).add(DAY, revision, report(revision, 0))))
                    .isTrue();
        }

        assertThat(redis.hkeys(key)).containsExactlyInAnyOrder("3", "4", "5", "6", "7", "8", "9", "10", "11", "12");
        assertThat(get(stores.get(0).find(DATE, 2))).isEmpty();
        assertThat(get(stores.get(0).find(DATE, 3))).contains(report(3, 0));
        assertThat(get(stores.get(0).latest(DATE))).contains(report(12, 0));
        assertExpiry(key);
    }

    @Test
    void shouldNoteWhatWasDeliveredWithoutMakingAKeyThatStays() throws Exception {
        String key = CountKeys.dailyReport(prefix, DATE);
        assertThat(get(stores.get(0).posted(DATE))).isZero();

        get(stores.get(0).addPosted(DAY, 3));

        assertThat(get(stores.get(1).posted(DATE))).isEqualTo(3);
        assertThat(get(stores.get(1).latest(DATE))).isEmpty();
        assertExpiry(key);
    }

    private void assertExpiry(String key) {
        Instant expiry = Instant.now().plusMillis(redis.pttl(key));
        assertThat(expiry).isCloseTo(CALENDAR.endOf(DAY).plus(365, ChronoUnit.DAYS), within(2, ChronoUnit.SECONDS));
    }

    private static JsonObject report(int revision, int maker) {
        return new JsonObject().put("revision", revision).put("maker", maker);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
