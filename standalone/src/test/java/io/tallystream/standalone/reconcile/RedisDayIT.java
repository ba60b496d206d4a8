package io.tallystream.standalone.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.query.span.Spans;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@WithRedis
@Timeout(240)
class RedisDayIT {
    private static final int PRODUCTS = 12_000;
    private static final int READS = 5;
    private static final Duration SHORT = Duration.ofHours(1);
    private static final Instant NOW = Instant.parse("2026-11-20T23:55:00Z");
    private static final Window TODAY = new Window(Granularity.DAY, "2026-11-20");
    private static final Place PLACE = new Place(Metric.CLICKS, Dimension.PRODUCT, TODAY);

    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final CountReader reader;
    private final String key;
    private final RedisDay day;

    RedisDayIT(EmbeddedRedis redis) {
        String prefix = UUID.randomUUID().toString();
        client = RedisClient.create(redis.uri());
        commands = client.connect().sync();
        reader = new CountReader(redis.uri(), prefix, 1);
        key = new CountKeys(prefix, CountKeys.FIRST_GENERATION).members(TODAY, PLACE.metric(), PLACE.dimension());
        Spans spans = new Spans(
                new WindowCalendar(ZoneOffset.UTC), new Retention(SHORT, SHORT, SHORT, SHORT), Duration.ofHours(1));
        day = new RedisDay(new Desk(reader, spans, Clock.fixed(NOW, ZoneOffset.UTC)), TODAY);
    }

    @AfterEach
    void close() {
        reader.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }

    @Test
    void shouldReadEachMemberOnceWhileRanksChange() throws Exception {
        for (int product = 0; product < PRODUCTS; product++) {
            commands.zadd(key, product + 1, "p" + product);
        }
        reader.start();
        await().until(() -> reader.health().equals(Health.up("reached")));
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> clicks = CompletableFuture.runAsync(() -> {
            Random random = new Random(1);
            while (!over.get()) {
                commands.zincrby(key, 1 + random.nextInt(PRODUCTS), "p" + random.nextInt(PRODUCTS));
            }
        });

        try {
            for (int read = 0; read < READS; read++) {
                Map<String, Long> least = stored();
                Map<String, Long> counts = day.read().at(PLACE);
                Map<String, Long> most = stored();

                assertThat(counts).hasSize(PRODUCTS);
                assertThat(counts)
                        .allSatisfy((product, count) ->
                                assertThat(count).as(product).isBetween(least.get(product), most.get(product)));
            }
        } finally {
            over.set(true);
        }
        clicks.get();
    }

    /** As of one moment. */
    private Map<String, Long> stored() {
        Map<String, Long> counts = new HashMap<>();
        for (ScoredValue<String> scored : commands.zrangeWithScores(key, 0, -1)) {
            counts.put(scored.getValue(), (long) scored.getScore());
        }
        return counts;
    }
}
