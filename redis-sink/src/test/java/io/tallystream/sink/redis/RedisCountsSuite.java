package io.tallystream.sink.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.TestRedis;
import io.tallystream.sink.redis.RedisCounts.Outcome;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of Redis has to do with counts. */
abstract class RedisCountsSuite extends RedisCountsSetup {
    RedisCountsSuite(TestRedis redis) {
        super(redis);
    }

    @Test
    void shouldWrite() {
        String minute = minuteWindow().label();
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

    /** As a sink that was halted for longer than its session, when it goes on with the batch in its hands. */
    @Test
    void shouldEraseNothingOnceAnotherHasWrittenThePartition() {
        TopicPartition partition = new TopicPartition("counts-lifetime", 0);
        CountAddress clicks = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        CountChanges erasure = new CountChanges();
        erasure.erase(clicks);
        counts.applied(List.of(partition));
        counts.write(new CountChanges(Map.of(clicks, 7L)), Map.of(partition, 1L));

        try (RedisCounts another = counts(Clock.systemUTC())) {
            another.applied(List.of(partition));
            assertThat(another.write(erasure, Map.of(partition, 2L))).isEqualTo(Outcome.CONFIRMED);
            assertThat(scores(keys.key(clicks))).isEmpty();
            another.write(new CountChanges(Map.of(clicks, 1L)), Map.of(partition, 3L));

            assertThat(counts.write(erasure, Map.of(partition, 2L))).isEqualTo(Outcome.LOST);
        }

        assertThat(scores(keys.key(clicks))).isEqualTo(Map.of("u1", 1.0));
    }

    @Test
    void shouldHaveAnotherWriteAgainWhatItHasOvertaken() {
        TopicPartition partition = new TopicPartition("counts-lifetime", 0);
        CountAddress clicks = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        CountChanges erasure = new CountChanges();
        erasure.erase(clicks);
        counts.applied(List.of(partition));
        counts.write(new CountChanges(), Map.of(partition, 1L));

        try (RedisCounts another = counts(Clock.systemUTC())) {
            another.applied(List.of(partition));
            another.write(erasure, Map.of(partition, 3L));
            // The user's count from before.
            assertThat(counts.write(new CountChanges(Map.of(clicks, 7L)), Map.of(partition, 2L)))
                    .isEqualTo(Outcome.LOST);
            assertThat(scores(keys.key(clicks))).isEqualTo(Map.of("u1", 7.0));

            assertThat(another.write(new CountChanges(), Map.of(partition, 3L))).isEqualTo(Outcome.LOST);
            assertThat(another.applied(List.of(partition))).isEqualTo(Map.of(partition, 1L));
            assertThat(another.write(erasure, Map.of(partition, 3L))).isEqualTo(Outcome.CONFIRMED);
        }

        assertThat(scores(keys.key(clicks))).isEmpty();
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
                assertThat(redis.holding(key).pttl(key)).as(key).isEqualTo(-1);
            } else {
                Instant before = Instant.now();
                Duration left = Duration.ofMillis(redis.holding(key).pttl(key));
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
        counts = counts(Clock.fixed(expiry, ZoneOffset.UTC));
        counts.write(Map.of(address, 1L, lifetime, 1L));
        assertThat(keysWritten()).containsExactly(keys.key(lifetime));

        counts.close();
        counts = counts(Clock.fixed(expiry.minusMillis(1), ZoneOffset.UTC));
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
        redis.masters().forEach(RedisCommands::configResetstat);
        Map<CountAddress, Long> many = new HashMap<>();
        // Of each key three times as many as one command takes.
        for (int i = 0; i < 3000; i++) {
            many.put(new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/" + i), 1L + i);
            many.put(new CountAddress(Metric.CALLS, minuteWindow(), Dimension.STATUS, "/" + i), 1L + i);
        }

        counts.write(many);

        assertThat(List.of(calls("multi"), calls("zadd"), calls("expireat"), calls("exec")))
                .containsOnly(6);
        assertThat(keysWritten()).hasSize(2).allSatisfy(key -> {
            assertThat(redis.holding(key).zcard(key)).isEqualTo(3000);
            assertThat(redis.holding(key).zscore(key, "/2999")).isEqualTo(3000);
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
        Map<String, Double> expected = new HashMap<>();
        many.forEach((address, count) -> expected.put(keys.key(address), count.doubleValue()));
        Map<String, Double> found = new HashMap<>();
        for (RedisCommands<String, String> server : redis.masters()) {
            keysOn(server).forEach(key -> found.put(key, server.zscore(key, "/a")));
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void shouldTellOfAFailureInsideATransaction() {
        CountAddress address = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/a");
        String key = keys.key(address);
        redis.holding(key).set(key, "no sorted set");

        assertThatExceptionOfType(RedisException.class)
                .isThrownBy(() -> counts.write(Map.of(address, 1L)))
                .withMessageContaining("WRONGTYPE");

        redis.holding(key).del(key);
        counts.write(Map.of(address, 1L));
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("/a", 1.0));
    }

    @Test
    void shouldTellOfARefusedTransaction() {
        CountAddress address = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.ENDPOINT, "/a");
        counts.write(Map.of());
        RedisCommands<String, String> server = redis.holding(keys.key(address));
        server.configSet("maxmemory", "1");
        try {
            assertThatExceptionOfType(RedisException.class)
                    .isThrownBy(() -> counts.write(Map.of(address, 1L)))
                    .withMessageContaining("OOM");
            assertThat(keysWritten()).isEmpty();
        } finally {
            server.configSet("maxmemory", "0");
        }

        counts.write(Map.of(address, 1L));
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("/a", 1.0));
    }

    @Test
    void shouldAskWhetherRedisIsThereWithNothingToWrite() {
        redis.masters().forEach(RedisCommands::configResetstat);

        counts.write(Map.of());
        counts.write(Map.of());

        // One more at each connect.
        assertThat(redis.masters())
                .allSatisfy(server -> assertThat(calls(server, "ping")).isBetween(2, 9));
        assertThat(keysWritten()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldConnectAnewAfterALostConnection(boolean somethingToWrite) {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        Map<CountAddress, Long> batch = somethingToWrite ? Map.of(address, 2L) : Map.of();
        counts.write(Map.of(address, 1L));

        redis.masters()
                .forEach(server -> assertThat(
                                server.clientKill(KillArgs.Builder.typeNormal().skipme()))
                        .isPositive());

        assertThatExceptionOfType(RedisException.class).isThrownBy(() -> counts.write(batch));
        counts.write(batch);
        assertThat(scores(keys.key(address))).isEqualTo(Map.of("u1", somethingToWrite ? 2.0 : 1.0));
    }

    @Test
    void shouldNotConnectWithAWrongPassword() {
        counts.close();
        counts = new RedisCounts(
                connector(redis.uri().replaceFirst(":[^:@]+@", ":wrong@")),
                keys,
                RETENTION,
                new WindowCalendar(ZoneOffset.UTC),
                Clock.systemUTC(),
                false);

        assertThatExceptionOfType(RedisException.class).isThrownBy(() -> counts.write(Map.of()));
    }

    @Test
    void shouldCloseTwiceAndUnused() {
        RedisCounts unused = counts(Clock.systemUTC());
        assertThatCode(unused::close).doesNotThrowAnyException();
        assertThatCode(unused::close).doesNotThrowAnyException();

        RedisCounts used = counts(Clock.systemUTC());
        used.write(Map.of());
        used.close();
        assertThatCode(used::close).doesNotThrowAnyException();
    }

    /** How often it was called since the last reset, on all servers. */
    private int calls(String command) {
        return redis.masters().stream()
                .mapToInt(server -> calls(server, command))
                .sum();
    }

    private static int calls(RedisCommands<String, String> server, String command) {
        Matcher line = Pattern.compile("cmdstat_" + command + ":calls=(\\d+)").matcher(server.info("commandstats"));
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
    }
}
