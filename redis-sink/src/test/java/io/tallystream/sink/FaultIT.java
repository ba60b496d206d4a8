package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.FlushMode;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.runtime.lifecycle.StartupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to Redis: nothing is committed meanwhile, and in the end it holds the last count of each address. */
@WithKafka
@Timeout(90)
class FaultIT {
    private static final String PREFIX = "fault";
    private static final String PASSWORD = "secret";

    // As docs/operations.md says.
    private static final String[] LEAST_RIGHTS =
            "-@all +multi +exec +zadd +expireat +watch +get +set +mget +mset +ping".split(" ");

    private final EmbeddedKafka kafka;
    private final SinkTopics topics;
    private final CountRounds rounds;
    private EmbeddedRedis redis;
    private RedisContents contents;
    private RunningSink sink;
    private String pid;

    @TempDir
    private Path folder;

    FaultIT(EmbeddedKafka kafka) {
        this.kafka = kafka;
        topics = new SinkTopics(kafka.bootstrapServers());
        rounds = new CountRounds(topics);
    }

    @BeforeEach
    void start() throws Exception {
        topics.create();
        startRedis(0);
        commitRound();
        sink = new RunningSink(variables());
        awaitAll();
    }

    @AfterEach
    void forgetAll() throws Exception {
        try (topics;
                EmbeddedRedis server = redis) {
            sink.close();
            contents.close();
            topics.forgetAll();
            assertThat(server.port()).isPositive();
        }
    }

    @Test
    void shouldOutlastAFrozenRedis() throws Exception {
        signal("-STOP");
        try {
            awaitHeldUp("timeout", "no reply in time");
        } finally {
            signal("-CONT");
        }
        awaitAll();
    }

    @Test
    void shouldOutlastPausedClients() throws Exception {
        contents.commands().clientPause(6_000);
        awaitHeldUp("timeout", "no reply in time");
        awaitAll();
    }

    @Test
    void shouldOutlastAKilledRedis() throws Exception {
        int port = killRedis();
        awaitHeldUp("connection", "refused");
        startRedis(port);
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isZero();
    }

    @Test
    void shouldFillAKilledRedisThatKeptNothing() throws Exception {
        contents.commands().configSet("appendonly", "no");
        int port = killRedis();
        Files.delete(aof());
        awaitHeldUp("connection", "refused");
        startRedis(port);
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
    }

    @Test
    void shouldFillARedisThatWasRestoredFromABackup() throws Exception {
        Path backup = folder.resolve("backup");
        Files.copy(aof(), backup);
        commitRound();
        awaitAll();
        int port = killRedis();
        Files.copy(backup, aof(), StandardCopyOption.REPLACE_EXISTING);
        startRedis(port);
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
    }

    @Test
    void shouldFillARedisThatWasRestoredWhileItWasStopped() throws Exception {
        sink.close();
        contents.commands().flushall();
        sink = new RunningSink(variables());
        awaitAll();
    }

    @Test
    void shouldOutlastFullMemory() throws Exception {
        contents.commands().configSet("maxmemory", "1");
        awaitHeldUp("oom", "OOM");
        contents.commands().configSet("maxmemory", "0");
        awaitAll();
    }

    @Test
    void shouldOutlastAReplica() throws Exception {
        RedisCommands<String, String> commands = contents.commands();
        try (EmbeddedRedis other =
                EmbeddedRedis.start(new EmbeddedRedis.Config(folder.resolve("other"), 0, PASSWORD))) {
            commands.configSet("masterauth", PASSWORD);
            commands.configSet("repl-diskless-load", "swapdb");
            commands.replicaof("127.0.0.1", other.port());
            // It has nothing, and so has its replica.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(contents.countKeys()).isEmpty());
            awaitHeldUp("readonly", "READONLY");
            commands.replicaofNoOne();
        }
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
    }

    @Test
    void shouldOutlastAReplicaThatLostNothing() throws Exception {
        contents.commands().replicaof("127.0.0.1", 1);
        awaitHeldUp("readonly", "READONLY");
        contents.commands().replicaofNoOne();
        awaitAll();
    }

    @Test
    void shouldOutlastMissingReplicas() throws Exception {
        contents.commands().configSet("min-replicas-to-write", "1");
        awaitHeldUp("noreplicas", "NOREPLICAS");
        contents.commands().configSet("min-replicas-to-write", "0");
        awaitAll();
    }

    @Test
    void shouldOutlastFailedSnapshots() throws Exception {
        RedisCommands<String, String> commands = contents.commands();
        Files.createDirectories(folder.resolve("redis").resolve("taken"));
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
        contents.commands().flushall();
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldFillARedisThatIsEmptiedAgainAndAgain() throws Exception {
        for (int times = 0; times < 20; times++) {
            commitRound();
            contents.commands().flushall(FlushMode.SYNC);
        }
        awaitAll();
    }

    @Test
    void shouldFillWhatOtherSinksHaveWritten() throws Exception {
        try (RunningSink second = new RunningSink(variables())) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.membersAtWork()).isEqualTo(2));
            commitRound();
            awaitAll();
            contents.commands().flushall();
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

        contents.commands().configSet("maxmemory", "1");
        awaitHeldUp("oom", "OOM");
        assertThat(sink.gauge("tallystream.sink.lag")).isPositive();
        contents.commands().configSet("maxmemory", "0");
        awaitAll();
    }

    @Test
    void shouldRefuseARedisThatEvicts() throws Exception {
        sink.close();
        contents.commands().configSet("maxmemory-policy", "allkeys-lru");
        for (String uri : List.of(redis.uri(), uriOf("noconfig", "-config"))) {
            Map<String, String> variables = variables();
            variables.put("REDIS_URI", uri);
            try (RunningSink refusing = new RunningSink(variables)) {
                assertThat(refusing.awaitFailure())
                        .isInstanceOf(StartupException.class)
                        .hasMessageContaining("maxmemory-policy is allkeys-lru")
                        .hasMessageContaining("CONFIG SET maxmemory-policy noeviction")
                        .hasMessageContaining("REDIS_ALLOW_EVICTION=true");
            }
        }

        Map<String, String> allowing = variables();
        allowing.put("REDIS_ALLOW_EVICTION", "true");
        commitRound();
        try (RunningSink allowed = new RunningSink(allowing)) {
            awaitAll();
            assertThat(allowed.failure()).isNull();
        }

        // It cannot know, and runs.
        Map<String, String> silenced = variables();
        silenced.put("REDIS_URI", uriOf("least", LEAST_RIGHTS));
        commitRound();
        sink = new RunningSink(silenced);
        awaitAll();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldWaitForARedisThatEvictsLater() throws Exception {
        contents.commands().configSet("maxmemory-policy", "volatile-ttl");
        contents.commands().replicaof("127.0.0.1", 1);
        commitRound();
        sink.awaitDown("READONLY");
        contents.commands().replicaofNoOne();
        sink.awaitDown("maxmemory-policy is volatile-ttl");
        assertThat(sink.failure()).isNull();
        contents.commands().configSet("maxmemory-policy", "noeviction");
        awaitAll();
    }

    private String uriOf(String user, String... rights) {
        CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8)
                .add("SETUSER")
                .add(user)
                .add("on")
                .add(">" + PASSWORD)
                .add("~" + PREFIX + ":*")
                .add("+@all")
                .add("-@scripting");
        for (String right : rights) {
            arguments.add(right);
        }
        contents.commands().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
        return "redis://" + user + ":" + PASSWORD + "@127.0.0.1:" + redis.port();
    }

    /** Waits until the sink says so, and sees that it commits nothing meanwhile. */
    private void awaitHeldUp(String reason, String detail) throws Exception {
        Map<TopicPartition, Long> committed = topics.committed();
        commitRound();
        sink.awaitDown(detail);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(sink.retries(reason)).isPositive());
        assertThat(topics.committed()).isEqualTo(committed);
        assertThat(sink.failure()).isNull();
    }

    private void awaitAll() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(topics.committed()).isEqualTo(topics.ends());
            contents.assertHolds(topics.lastCounts());
        });
    }

    private void commitRound() {
        rounds.commit();
    }

    private Map<String, String> variables() {
        return new HashMap<>(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "REDIS_URI",
                redis.uri(),
                "REDIS_KEY_PREFIX",
                PREFIX));
    }

    private void startRedis(int port) {
        redis = EmbeddedRedis.start(new EmbeddedRedis.Config(folder.resolve("redis"), port, PASSWORD));
        contents = new RedisContents(redis, PREFIX);
        pid = pid();
    }

    private Path aof() {
        return folder.resolve("redis").resolve("appendonly.aof");
    }

    private int killRedis() throws Exception {
        signal("-KILL");
        contents.close();
        redis.close();
        return redis.port();
    }

    private void signal(String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", signal, pid).start();
        assertThat(kill.waitFor()).isZero();
    }

    private String pid() {
        Matcher line =
                Pattern.compile("process_id:(\\d+)").matcher(contents.commands().info("server"));
        assertThat(line.find()).isTrue();
        return line.group(1);
    }
}
