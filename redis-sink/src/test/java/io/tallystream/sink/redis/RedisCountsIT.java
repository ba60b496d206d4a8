package io.tallystream.sink.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
@Timeout(60)
class RedisCountsIT {
    private static final Retention RETENTION =
            new Retention(Duration.ofHours(5), Duration.ofDays(6), Duration.ofDays(70), Duration.ofDays(8));
    private static final TopicPartition PARTITION = new TopicPartition("counts-day", 0);
    private static final Window LIFETIME = Window.LIFETIME;

    private final EmbeddedRedis redis;
    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final String prefix = UUID.randomUUID().toString();
    private final CountKeys keys = new CountKeys(prefix, 1);
    private final Instant now = Instant.now();
    private RedisCounts counts;

    RedisCountsIT(EmbeddedRedis redis) {
        this.redis = redis;
        client = RedisClient.create(redis.uri());
        commands = client.connect().sync();
        counts = counts(redis, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        counts.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }

    @Test
    void shouldWrite() {
        String minute = minute();
        counts.write(Map.of(
                new CountAddress(Metric.CALLS, minuteWindow(), Dimension.TOTAL, ""), 12L,
                new CountAddress(Metric.CLICKS, minuteWindow(), Dimension.TOTAL, ""), 3L,
                new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/a b|c:d"), 9L,
                new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/\u00fc"), 1L,
                new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1"), 9_007_199_254_740_992L));

        assertThat(scores(prefix + ":1:minute:" + minute + ":total")).isEqualTo(Map.of("calls", 12.0, "clicks", 3.0));
        assertThat(scores(prefix + ":1:minute:" + minute + ":calls:endpoint"))
                .isEqualTo(Map.of("/a b|c:d", 9.0, "/\u00fc", 1.0));
        assertThat(scores(prefix + ":1:lifetime:all:clicks:user")).isEqualTo(Map.of("u1", 9_007_199_254_740_992.0));
        assertThat(keysWritten()).hasSize(3);
    }

    @Test
    void shouldRaiseAndNeverLower() {
        CountAddress address = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.STATUS, "200");
        CountAddress other = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.STATUS, "404");

        counts.write(Map.of(address, 10L));
        counts.write(Map.of(address, 5L, other, 1L));
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("200", 10.0, "404", 1.0));

        counts.write(Map.of(address, 11L, other, 1L));
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("200", 11.0, "404", 1.0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "America/New_York", "Asia/Kolkata"})
    void shouldGiveEveryKeyItsExpiry(ZoneId zone) {
        WindowCalendar calendar = new WindowCalendar(zone);
        Map<CountAddress, Long> everything = new HashMap<>();
        for (CountTable.Row row : CountTable.rows()) {
            for (Granularity granularity : row.granularities()) {
                Window window = calendar.windowAt(granularity, now);
                String member = row.dimension() == Dimension.TOTAL ? "" : "m";
                everything.put(new CountAddress(row.metric(), window, row.dimension(), member), 1L);
            }
        }
        counts.close();
        counts = new RedisCounts(connector(redis.uri()), keys, RETENTION, calendar, Clock.systemUTC(), false);

        counts.write(everything);
        // What is there already keeps it.
        counts.write(everything);

        assertThat(keysWritten())
                .hasSameElementsAs(everything.keySet().stream().map(keys::key).toList());
        for (String key : keysWritten()) {
            CountKeys.Contents contents = keys.parse(key).orElseThrow();
            if (contents.window().granularity() == Granularity.LIFETIME) {
                assertThat(commands.pttl(key)).as(key).isEqualTo(-1);
            } else {
                Instant before = Instant.now();
                Duration left = Duration.ofMillis(commands.pttl(key));
                Instant after = Instant.now();
                assertThat(expectedExpiry(contents, zone))
                        .as(key)
                        .isBetween(
                                before.plus(left).minusSeconds(1),
                                after.plus(left).plusSeconds(1));
            }
        }
    }

    /** The rules once more, in other words. */
    private static Instant expectedExpiry(CountKeys.Contents contents, ZoneId zone) {
        String label = contents.window().label();
        return switch (contents.window().granularity()) {
            case MINUTE ->
                OffsetDateTime.parse(label).plusMinutes(1).plusHours(5).toInstant();
            case HOUR -> OffsetDateTime.parse(label).plusHours(1 + 6 * 24).toInstant();
            case DAY -> {
                Instant end =
                        LocalDate.parse(label).plusDays(1).atStartOfDay(zone).toInstant();
                yield end.plus(Duration.ofDays(contents.dimension() == Dimension.USER ? 8 : 70));
            }
            case LIFETIME -> throw new IllegalArgumentException("never");
        };
    }

    @Test
    void shouldLeaveOutWhatHasExpired() {
        Window minute = minuteWindow();
        Instant expiry =
                OffsetDateTime.parse(minute.label()).toInstant().plusSeconds(60).plus(RETENTION.minute());
        CountAddress address = new CountAddress(Metric.CALLS, minute, Dimension.ENDPOINT, "/a");
        CountAddress lifetime = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");

        counts.close();
        counts = counts(redis, Clock.fixed(expiry, ZoneOffset.UTC));
        counts.write(Map.of(address, 1L, lifetime, 1L));
        assertThat(keysWritten()).containsExactly(keys.key(lifetime));

        counts.close();
        counts = counts(redis, Clock.fixed(expiry.minusMillis(1), ZoneOffset.UTC));
        counts.write(Map.of(address, 1L));
        assertThat(keysWritten()).containsExactlyInAnyOrder(keys.key(lifetime), keys.key(address));
    }

    @Test
    void shouldRefuseAWindowThatDoesNotExist() {
        CountAddress nowhere =
                new CountAddress(Metric.CALLS, new Window(Granularity.DAY, "2026-02-30"), Dimension.TOTAL, "");
        CountAddress fine = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.TOTAL, "");

        assertThatCode(() -> counts.check(fine, 1)).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> counts.check(nowhere, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> counts.write(Map.of(fine, 1L, nowhere, 1L)));
        assertThat(keysWritten()).isEmpty();
    }

    @Test
    void shouldWriteCountsAndExpiryOfAKeyInOneTransaction() {
        commands.configResetstat();
        Map<CountAddress, Long> many = new HashMap<>();
        // Of each key three times as many as one command takes.
        for (int i = 0; i < 3000; i++) {
            many.put(new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/" + i), 1L + i);
            many.put(new CountAddress(Metric.CALLS, minuteWindow(), Dimension.STATUS, "/" + i), 1L + i);
        }

        counts.write(many);

        assertThat(commands.info("commandstats"))
                .contains("cmdstat_multi:calls=6,", "cmdstat_zadd:calls=6,", "cmdstat_expireat:calls=6,")
                .contains("cmdstat_exec:calls=6,");
        assertThat(keysWritten()).hasSize(2).allSatisfy(key -> {
            assertThat(commands.zcard(key)).isEqualTo(3000);
            assertThat(commands.zscore(key, "/2999")).isEqualTo(3000);
        });
    }

    @Test
    void shouldWriteManyKeysAtOnce() {
        Map<CountAddress, Long> many = new HashMap<>();
        for (int minutes = 0; minutes < 5000; minutes++) {
            Window window = new WindowCalendar(ZoneOffset.UTC)
                    .windowAt(Granularity.MINUTE, now.plus(Duration.ofMinutes(minutes)));
            many.put(new CountAddress(Metric.CALLS, window, Dimension.ENDPOINT, "/a"), 1L + minutes);
        }

        counts.write(many);

        assertThat(keysWritten()).hasSize(5000);
        many.forEach((address, count) ->
                assertThat(commands.zscore(keys.key(address), "/a")).isEqualTo(count.doubleValue()));
    }

    @Test
    void shouldTellOfAFailureInsideATransaction() {
        CountAddress address = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/a");
        commands.set(keys.key(address), "no sorted set");

        assertThatExceptionOfType(RedisException.class)
                .isThrownBy(() -> counts.write(Map.of(address, 1L)))
                .withMessageContaining("WRONGTYPE");

        commands.del(keys.key(address));
        counts.write(Map.of(address, 1L));
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("/a", 1.0));
    }

    @Test
    void shouldTellOfARefusedTransaction() {
        CountAddress address = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/a");
        counts.write(Map.of());
        commands.configSet("maxmemory", "1");
        try {
            assertThatExceptionOfType(RedisException.class)
                    .isThrownBy(() -> counts.write(Map.of(address, 1L)))
                    .withMessageContaining("OOM");
            assertThat(keysWritten()).isEmpty();
        } finally {
            commands.configSet("maxmemory", "0");
        }

        counts.write(Map.of(address, 1L));
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("/a", 1.0));
    }

    @Test
    void shouldAskWhetherRedisIsThereWithNothingToWrite() {
        commands.configResetstat();

        counts.write(Map.of());
        counts.write(Map.of());

        // One more at each connect.
        assertThat(commands.info("commandstats")).containsPattern("cmdstat_ping:calls=[2-9],");
        assertThat(keysWritten()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldConnectAnewAfterALostConnection(boolean somethingToWrite) {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        Map<CountAddress, Long> batch = somethingToWrite ? Map.of(address, 2L) : Map.of();
        counts.write(Map.of(address, 1L));

        assertThat(commands.clientKill(KillArgs.Builder.skipme())).isPositive();

        assertThatExceptionOfType(RedisException.class).isThrownBy(() -> counts.write(batch));
        counts.write(batch);
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("u1", somethingToWrite ? 2.0 : 1.0));
    }

    @Test
    void shouldNotLetAStaleWriterLowerACount() {
        CountAddress address = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.STATUS, "200");
        Map<TopicPartition, Long> early = Map.of(PARTITION, 5L);
        Map<TopicPartition, Long> late = Map.of(PARTITION, 9L);
        try (RedisCounts stale = counts(redis, Clock.systemUTC())) {
            stale.applied(List.of(PARTITION));
            assertThat(stale.write(Map.of(address, 3L), early)).isTrue();

            counts.applied(List.of(PARTITION));
            assertThat(counts.write(Map.of(address, 10L), late)).isTrue();

            assertThat(stale.write(Map.of(address, 4L), Map.of(PARTITION, 6L)))
                    .as("it learns that it is not alone")
                    .isFalse();
            assertThat(scores(keys.key(address))).isEqualTo(Map.of("200", 10.0));
            assertThat(commands.get(positionKey())).isEqualTo("9");
        }
    }

    @Test
    void shouldKeepPositionsBehindTheCounts() {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");

        assertThat(counts.applied(List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 0L));
        assertThat(counts.write(Map.of(address, 1L), Map.of(PARTITION, 7L))).isTrue();
        assertThat(commands.get(positionKey())).isEqualTo("7");
        assertThat(commands.ttl(positionKey())).isEqualTo(-1);

        counts.disconnect();
        assertThat(counts.applied(List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 7L));
        assertThat(counts.write(Map.of(), Map.of(PARTITION, 7L))).isTrue();
        assertThat(counts.write(Map.of(), Map.of(PARTITION, 5L)))
                .as("back, as after a rewind")
                .isTrue();
        assertThat(commands.get(positionKey())).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void shouldNoticeThatCountsAreGone(long next) {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        counts.applied(List.of(PARTITION));
        assertThat(counts.write(Map.of(address, 1L), Map.of(PARTITION, 7L))).isTrue();

        keysWritten().forEach(commands::del);

        assertThat(counts.write(Map.of(address, 2L), Map.of(PARTITION, next))).isFalse();
        assertThat(commands.get(positionKey())).isNull();
        assertThat(counts.applied(List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 0L));
        assertThat(counts.write(Map.of(address, 2L), Map.of(PARTITION, next))).isTrue();
    }

    @Test
    void shouldNoticeThatCountsAreGoneBeforeTheFirstPosition() {
        counts.applied(List.of(PARTITION));

        commands.del(positionKey());

        assertThat(counts.write(Map.of(), Map.of(PARTITION, 7L))).isFalse();
        assertThat(commands.get(positionKey())).isNull();
    }

    @Test
    void shouldRefuseAPositionThatIsNone() {
        commands.set(positionKey(), "no number");

        assertThatExceptionOfType(RedisFault.class)
                .isThrownBy(() -> counts.applied(List.of(PARTITION)))
                .withMessageContaining(positionKey())
                .matches(RedisFault::permanent);
    }

    @Test
    void shouldConnectAnewAfterARestart(@TempDir Path folder) {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        CountAddress another = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u2");
        EmbeddedRedis first = EmbeddedRedis.start(new EmbeddedRedis.Config(folder, 0, "secret"));
        try (RedisCounts written = counts(first, Clock.systemUTC())) {
            written.write(Map.of(address, 1L));
            first.close();

            assertThatExceptionOfType(RedisException.class).isThrownBy(() -> written.write(Map.of(another, 1L)));
            assertThatExceptionOfType(RedisException.class).isThrownBy(() -> written.write(Map.of()));

            try (EmbeddedRedis second = EmbeddedRedis.start(new EmbeddedRedis.Config(folder, first.port(), "secret"));
                    RedisClient reader = RedisClient.create(second.uri());
                    StatefulRedisConnection<String, String> connection = reader.connect()) {
                written.write(Map.of(another, 2L));
                assertThat(connection.sync().zscore(keys.key(address), "u1")).isEqualTo(1);
                assertThat(connection.sync().zscore(keys.key(address), "u2")).isEqualTo(2);
            }
        } finally {
            first.close();
        }
    }

    @Test
    void shouldNotConnectWithAWrongPassword() {
        counts.close();
        counts = new RedisCounts(
                connector("redis://:wrong@127.0.0.1:" + redis.port()),
                keys,
                RETENTION,
                new WindowCalendar(ZoneOffset.UTC),
                Clock.systemUTC(),
                false);

        assertThatExceptionOfType(RedisException.class).isThrownBy(() -> counts.write(Map.of()));
    }

    @Test
    void shouldCloseTwiceAndUnused() {
        RedisCounts unused = counts(redis, Clock.systemUTC());
        assertThatCode(unused::close).doesNotThrowAnyException();
        assertThatCode(unused::close).doesNotThrowAnyException();

        RedisCounts used = counts(redis, Clock.systemUTC());
        used.write(Map.of());
        used.close();
        assertThatCode(used::close).doesNotThrowAnyException();
    }

    private RedisCounts counts(EmbeddedRedis server, Clock clock) {
        return new RedisCounts(
                connector(server.uri()), keys, RETENTION, new WindowCalendar(ZoneOffset.UTC), clock, false);
    }

    private String positionKey() {
        return prefix + ":1:applied:counts-day:0";
    }

    private String minute() {
        return minuteWindow().label();
    }

    private Window minuteWindow() {
        return new WindowCalendar(ZoneOffset.UTC).windowAt(Granularity.MINUTE, now);
    }

    private Map<String, Double> scores(String key) {
        Map<String, Double> scores = new HashMap<>();
        commands.zrangeWithScores(key, 0, -1).forEach(entry -> scores.put(entry.getValue(), entry.getScore()));
        return scores;
    }

    private List<String> keysWritten() {
        return ScanIterator.scan(
                        commands, ScanArgs.Builder.matches(prefix + ":*").limit(1000))
                .stream()
                .distinct()
                .toList();
    }

    private static RedisConnector connector(String uri) {
        return new RedisConnector(
                uri, new RedisConnector.Limits(Duration.ofSeconds(5), RedisCounts.MAX_COMMANDS_UNDER_WAY));
    }
}
