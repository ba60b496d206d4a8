package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.runtime.lifecycle.StartupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens to Redis: nothing is committed meanwhile, and in the end it holds the last count of each address. */
@Timeout(240)
abstract class FaultSuite {
    // As docs/operations.md says.
    private static final List<String> LEAST_RIGHTS = List.of(
            "-@all",
            "+multi",
            "+exec",
            "+zadd",
            "+expireat",
            "+watch",
            "+get",
            "+set",
            "+mget",
            "+mset",
            "+ping",
            "+zrem",
            "+srandmember",
            "+srem");

    private final EmbeddedKafka kafka;
    Surroundings surroundings;
    SinkTopics topics;
    RunningSink sink;

    private CountRounds rounds;

    FaultSuite(EmbeddedKafka kafka) {
        this.kafka = kafka;
    }

    /** An empty one, for one test. */
    abstract TestRedis startRedis();

    /** Called when that has been closed; makes good what a test has done to it. */
    abstract void mendRedis();

    /** What a user needs at least. */
    List<String> leastRights() {
        List<String> rights = new ArrayList<>(LEAST_RIGHTS);
        rights.add("~" + surroundings.prefix() + ":*");
        return rights;
    }

    @BeforeEach
    void start() throws Exception {
        surroundings = new Surroundings(kafka, startRedis());
        topics = surroundings.topics();
        rounds = new CountRounds(topics);
        topics.create();
        commitRound();
        sink = new RunningSink(surroundings.variables());
        awaitAll();
    }

    @AfterEach
    void forgetAll() throws Exception {
        try {
            sink.close();
            surroundings.forget();
        } finally {
            mendRedis();
        }
    }

    @Test
    void shouldOutlastPausedClients() throws Exception {
        redis().masters().forEach(server -> server.clientPause(12_000));
        awaitHeldUp("timeout", "no reply in time");
        awaitAll();
    }

    @Test
    void shouldFillARedisThatWasRestoredWhileItWasStopped() throws Exception {
        sink.close();
        redis().empty();
        sink = new RunningSink(surroundings.variables());
        awaitAll();
    }

    @Test
    void shouldOutlastFullMemory() throws Exception {
        anyServer().configSet("maxmemory", "1");
        awaitHeldUp("oom", "OOM");
        anyServer().configSet("maxmemory", "0");
        awaitAll();
    }

    @Test
    void shouldOutlastMissingReplicas() throws Exception {
        anyServer().configSet("min-replicas-to-write", "2");
        awaitHeldUp("noreplicas", "NOREPLICAS");
        anyServer().configSet("min-replicas-to-write", "0");
        awaitAll();
    }

    @Test
    void shouldOutlastFailedSnapshots() throws Exception {
        RedisCommands<String, String> commands = anyServer();
        Files.createDirectories(Path.of(commands.configGet("dir").get("dir"), "taken"));
        commands.configSet("save", "3600 1");
        commands.configSet("dbfilename", "taken");
        commands.bgsave();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(commands.info("persistence")).contains("rdb_last_bgsave_status:err"));
        awaitHeldUp("misconf", "MISCONF");
        commands.configSet("save", "");
        awaitAll();
    }

    @Test
    void shouldFillAnEmptiedRedisWithNothingNewToWrite() throws Exception {
        redis().empty();
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldFillARedisThatIsEmptiedAgainAndAgain() throws Exception {
        for (int times = 0; times < 20; times++) {
            commitRound();
            redis().empty();
        }
        awaitAll();
    }

    @Test
    void shouldFillWhatOtherSinksHaveWritten() throws Exception {
        try (RunningSink second = new RunningSink(surroundings.variables())) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.membersAtWork()).isEqualTo(2));
            commitRound();
            awaitAll();
            redis().empty();
            awaitAll();
            assertThat(second.failure()).isNull();
        }
    }

    @Test
    void shouldTellHowFarItIs() throws Exception {
        commitRound();
        awaitAll();

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(sink.gauge("tallystream.sink.lag")).isZero());
        assertThat(sink.gauge("tallystream.sink.freshness")).isBetween(0.0, PATIENCE.toSeconds() * 1.0);
        assertThat(sink.meter("tallystream.sink.keys.without.expiry")).isZero();
        assertThat(sink.batches()).isPositive();

        anyServer().configSet("maxmemory", "1");
        awaitHeldUp("oom", "OOM");
        assertThat(sink.gauge("tallystream.sink.lag")).isPositive();
        anyServer().configSet("maxmemory", "0");
        awaitAll();
    }

    @Test
    void shouldRefuseARedisThatEvicts() throws Exception {
        sink.close();
        anyServer().configSet("maxmemory-policy", "allkeys-lru");
        for (String uri : List.of(redis().uri(), redis().uriOf("noconfig", "~*", "+@all", "-@scripting", "-config"))) {
            Map<String, String> variables = surroundings.variables();
            variables.put("REDIS_URI", uri);
            try (RunningSink refusing = new RunningSink(variables)) {
                assertThat(refusing.awaitFailure())
                        .isInstanceOf(StartupException.class)
                        .hasMessageContaining("maxmemory-policy is allkeys-lru")
                        .hasMessageContaining("CONFIG SET maxmemory-policy noeviction")
                        .hasMessageContaining("REDIS_ALLOW_EVICTION=true");
            }
        }

        Map<String, String> allowing = surroundings.variables();
        allowing.put("REDIS_ALLOW_EVICTION", "true");
        commitRound();
        try (RunningSink allowed = new RunningSink(allowing)) {
            awaitAll();
            assertThat(allowed.failure()).isNull();
        }

        // It cannot know, and runs.
        Map<String, String> silenced = surroundings.variables();
        silenced.put("REDIS_URI", redis().uriOf("least", leastRights().toArray(String[]::new)));
        commitRound();
        sink = new RunningSink(silenced);
        awaitAll();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldWaitForARedisThatEvictsLater() throws Exception {
        anyServer().configSet("maxmemory-policy", "volatile-ttl");
        redis().masters()
                .forEach(server ->
                        server.clientKill(KillArgs.Builder.typeNormal().skipme()));
        sink.awaitDown("maxmemory-policy is volatile-ttl");
        assertThat(sink.failure()).isNull();
        anyServer().configSet("maxmemory-policy", "noeviction");
        awaitAll();
    }

    @Test
    void shouldOutlastABusyScript() throws Exception {
        RedisCommands<String, String> server = anyServer();
        server.configSet("lua-time-limit", "100");
        RedisURI scripter = at(server, TestUser.add(server, "scripter", "~*", "+@all"));
        try (RedisClient client = RedisClient.create();
                var running = client.connect(scripter)) {
            RedisFuture<Object> script = running.async().eval("while true do end", ScriptOutputType.STATUS);
            awaitHeldUp("busy", "BUSY");
            try (var other = client.connect(scripter)) {
                other.sync().scriptKill();
            }
            assertThat(script.toCompletableFuture()).failsWithin(PATIENCE);
        }
        awaitAll();
    }

    private static RedisURI at(RedisCommands<String, String> server, String login) {
        int port = Integer.parseInt(server.configGet("port").get("port"));
        return RedisURI.create("redis://" + login + "@127.0.0.1:" + port);
    }

    TestRedis redis() {
        return surroundings.redis();
    }

    /** One is enough where there are several: in every round each gets something to write, positions at least. */
    RedisCommands<String, String> anyServer() {
        return redis().masters().get(0);
    }

    /** Waits until the sink says so, and sees that it commits nothing meanwhile. */
    void awaitHeldUp(String reason, String detail) throws Exception {
        Map<TopicPartition, Long> committed = topics.committed();
        commitRound();
        sink.awaitDown(detail);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(sink.retries(reason)).isPositive());
        assertThat(topics.committed()).isEqualTo(committed);
        assertThat(sink.failure()).isNull();
    }

    void awaitAll() {
        surroundings.awaitAll();
    }

    void commitRound() {
        rounds.commit();
    }
}
