package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.query.store.CountReader;
import io.tallystream.query.store.Snapshot;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
@Timeout(60)
class GenerationIT {
    private static final int WINDOWS = 40;
    private static final int SWITCHES = 200;

    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final String prefix = UUID.randomUUID().toString();
    private final CountReader reader;
    private final List<Window> windows = new ArrayList<>();

    GenerationIT(EmbeddedRedis redis) {
        client = RedisClient.create(redis.uri());
        commands = client.connect().sync();
        reader = new CountReader(redis.uri(), prefix, 4);
        WindowCalendar calendar = new WindowCalendar(ZoneOffset.UTC);
        for (int i = 0; i < WINDOWS; i++) {
            windows.add(calendar.windowAt(Granularity.MINUTE, Instant.EPOCH.plus(Duration.ofMinutes(i))));
        }
    }

    @AfterEach
    void close() {
        reader.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }

    /** Whether all is read at once, or in several turns. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldNeverMixGenerationsInOneAnswer(int turns) throws Exception {
        write(1);
        reader.start();
        await().until(() -> reader.health().equals(Health.up("reached")));
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> switcher = CompletableFuture.runAsync(() -> {
            for (int generation = 2; generation <= SWITCHES; generation++) {
                write(generation);
                commands.set(CountKeys.liveGeneration(prefix), Integer.toString(generation));
                remove(generation - 1);
            }
            over.set(true);
        });

        Set<Long> seen = new HashSet<>();
        long last = 0;
        while (!over.get()) {
            List<Long> answer = ask(turns);
            assertThat(answer).hasSize(WINDOWS);
            assertThat(new HashSet<>(answer)).as("one generation").hasSize(1);
            assertThat(answer.get(0)).isGreaterThanOrEqualTo(last).isPositive();
            last = answer.get(0);
            seen.add(last);
        }
        switcher.get();

        assertThat(ask(turns)).containsOnly((long) SWITCHES);
        assertThat(seen).hasSizeGreaterThan(3);
    }

    private List<Long> ask(int turns) throws Exception {
        return reader.answer(snapshot -> read(snapshot, 0, WINDOWS / turns))
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .value();
    }

    /** The counts from that window on, so many of them in a turn. */
    private CompletionStage<List<Long>> read(Snapshot snapshot, int from, int each) {
        if (from == WINDOWS) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<CompletableFuture<Map<Metric, Long>>> totals = windows.subList(from, from + each).stream()
                .map(window -> snapshot.totals(window).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(totals.toArray(CompletableFuture[]::new))
                .thenCompose(all -> read(snapshot, from + each, each))
                .thenApply(rest -> Stream.concat(
                                totals.stream().map(total -> total.join().getOrDefault(Metric.CALLS, 0L)),
                                rest.stream())
                        .toList());
    }

    private void write(int generation) {
        CountKeys keys = new CountKeys(prefix, generation);
        windows.forEach(window -> commands.zadd(keys.totals(window), generation, "calls"));
    }

    private void remove(int generation) {
        CountKeys keys = new CountKeys(prefix, generation);
        // What answers read last goes first.
        for (int i = WINDOWS - 1; i >= 0; i--) {
            commands.unlink(keys.totals(windows.get(i)));
        }
    }
}
