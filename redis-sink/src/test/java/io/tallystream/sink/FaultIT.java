package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.Signals;
import io.tallystream.embedded.junit.WithKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithKafka
class FaultIT extends FaultSuite {
    private static final String PASSWORD = "secret";

    private EmbeddedRedis redis;
    private String pid;

    @TempDir
    private Path folder;

    FaultIT(EmbeddedKafka kafka) {
        super(kafka);
    }

    @Override
    TestRedis startRedis() {
        restartRedis(0);
        TestRedis started = new OneRedis(redis);
        Matcher line = Pattern.compile("process_id:(\\d+)")
                .matcher(started.masters().get(0).info("server"));
        assertThat(line.find()).isTrue();
        pid = line.group(1);
        return started;
    }

    @Override
    void mendRedis() {
        redis.close();
    }

    @Test
    void shouldOutlastAFrozenRedis() throws Exception {
        signal("STOP");
        try {
            awaitHeldUp("timeout", "no reply in time");
        } finally {
            signal("CONT");
        }
        awaitAll();
    }

    @Test
    void shouldOutlastAKilledRedis() throws Exception {
        awaitWrittenDown();
        int port = killRedis();
        awaitHeldUp("connection", "refused");
        restartRedis(port);
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isZero();
    }

    @Test
    void shouldFillAKilledRedisThatKeptNothing() throws Exception {
        anyServer().configSet("appendonly", "no");
        int port = killRedis();
        Files.delete(aof());
        awaitHeldUp("connection", "refused");
        restartRedis(port);
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
        restartRedis(port);
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
    }

    @Test
    void shouldOutlastAReplica() throws Exception {
        RedisCommands<String, String> commands = anyServer();
        try (EmbeddedRedis other =
                EmbeddedRedis.start(new EmbeddedRedis.Config(folder.resolve("other"), 0, PASSWORD))) {
            commands.configSet("masterauth", PASSWORD);
            commands.configSet("repl-diskless-load", "swapdb");
            commands.replicaof("127.0.0.1", other.port());
            // It has nothing, and so has its replica.
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(surroundings.contents().keys()).isEmpty());
            awaitHeldUp("readonly", "READONLY");
            commands.replicaofNoOne();
        }
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
    }

    @Test
    void shouldOutlastAReplicaThatLostNothing() throws Exception {
        anyServer().replicaof("127.0.0.1", 1);
        awaitHeldUp("readonly", "READONLY");
        anyServer().replicaofNoOne();
        awaitAll();
    }

    @Test
    void shouldOutlastARedisThatLoads() throws Exception {
        RedisCommands<String, String> commands = anyServer();
        // So slow that it goes on for as long as it is looked at; it answers after each 2 MB.
        commands.configSet("rdbcompression", "no");
        commands.configSet("key-load-delay", "500");
        commands.dispatch(
                CommandType.DEBUG,
                new StatusOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8)
                        .add("POPULATE")
                        .add(60_000)
                        .add("other:")
                        .add(1_000));
        try (RedisClient client = RedisClient.create(redis.uri());
                var loading = client.connect()) {
            var reload = loading.async()
                    .dispatch(
                            CommandType.DEBUG,
                            new StatusOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8).add("RELOAD"));
            awaitHeldUp("loading", "LOADING");
            assertThat(reload.toCompletableFuture()).isNotDone();
            // What it was asked to load stays out: it begins again, with its own file.
            restartRedis(killRedis());
        }
        awaitAll();
    }

    private void restartRedis(int port) {
        redis = EmbeddedRedis.start(new EmbeddedRedis.Config(folder.resolve("redis"), port, PASSWORD));
    }

    private Path aof() {
        return folder.resolve("redis").resolve("appendonly.aof");
    }

    /** Redis answers before it writes to the file while the disk is slow to take what was written before. */
    private void awaitWrittenDown() {
        await().atMost(PATIENCE).until(() -> anyServer().info("persistence").contains("aof_buffer_length:0\r"));
    }

    private int killRedis() throws Exception {
        signal("KILL");
        redis.close();
        return redis.port();
    }

    private void signal(String name) {
        Signals.send(name, Long.parseLong(pid));
    }
}
