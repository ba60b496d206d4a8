package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.contract.Operation;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Spans;
import io.tallystream.query.stats.DayTable;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.CountReader;
import io.tallystream.query.store.Snapshot;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Clock;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
@Timeout(240)
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
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        CompletableFuture<Integer> switcher = CompletableFuture.supplyAsync(() -> {
            int generation = 1;
            // On a busy machine few questions are answered between two of them.
            while (generation < SWITCHES || (seen.size() <= 3 && generation < 100 * SWITCHES)) {
                generation++;
                write(generation);
                commands.set(CountKeys.liveGeneration(prefix), Integer.toString(generation));
                remove(generation - 1);
            }
            return generation;
        });

        long last = 0;
        while (!switcher.isDone()) {
            List<Long> answer = askIfItCanBe(turns);
            if (answer.isEmpty()) {
                continue;
            }
            assertThat(answer).hasSize(WINDOWS);
            assertThat(new HashSet<>(answer)).as("one generation").hasSize(1);
            assertThat(answer.get(0)).isGreaterThanOrEqualTo(last).isPositive();
            last = answer.get(0);
            seen.add(last);
        }

        assertThat(ask(turns)).containsOnly((long) switcher.get());
        assertThat(seen).hasSizeGreaterThan(3);
    }

    @Test
    void shouldNotMixGenerationsInOneTable() throws Exception {
        Window today = new Window(Granularity.DAY, "2026-11-20");
        CountKeys keys = new CountKeys(prefix, 1);
        commands.zadd(keys.totals(today), 1, "calls");
        for (int generation = 1; generation <= 2; generation++) {
            CountKeys of = keys.ofGeneration(generation);
            commands.zadd(of.members(today, Metric.CALLS, Dimension.ENDPOINT), generation, "/a");
            commands.zadd(of.members(today, Metric.CALLS, Dimension.STATUS), generation, "200");
        }
        reader.start();
        await().until(() -> reader.health().equals(Health.up("reached")));
        Desk desk = new Desk(
                reader,
                new Spans(new WindowCalendar(ZoneOffset.UTC), Api.RETENTION, Api.LATENESS),
                Clock.fixed(Instant.parse("2026-11-20T10:15:31Z"), ZoneOffset.UTC));
        Operation operation = ApiContract.load().operations().stream()
                .filter(any -> any.id().equals("day"))
                .findFirst()
                .orElseThrow();

        for (int switchAfter = 1; switchAfter <= 2; switchAfter++) {
            commands.set(CountKeys.liveGeneration(prefix), "1");
            Table table = new DayTable(desk).table(operation.read(Map.of(), Map.of()));
            List<List<List<Object>>> pages = new ArrayList<>();
            for (int page = 0; page < switchAfter; page++) {
                pages.add(next(table));
            }
            commands.set(CountKeys.liveGeneration(prefix), "2");

            assertThat(pages.get(0)).isEqualTo(List.of(List.of("calls", "total", "", 1L)));
            assertThatThrownBy(() -> next(table))
                    .as("after %d pages", switchAfter)
                    .hasRootCauseInstanceOf(RedisException.class)
                    .hasMessageContaining("made anew");
        }
    }

    private static List<List<Object>> next(Table table) throws Exception {
        return table.pages().get().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    /** None if it was refused, as it was made anew too often meanwhile. */
    private List<Long> askIfItCanBe(int turns) throws Exception {
        try {
            return ask(turns);
        } catch (ExecutionException e) {
            assertThat(e).hasRootCauseInstanceOf(RedisException.class).hasMessageContaining("made anew all the time");
            return List.of();
        }
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
