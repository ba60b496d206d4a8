package io.tallystream.runtime.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.ZAddArgs;
import io.lettuce.core.protocol.CommandType;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.EmbeddedRedisReplica;
import io.tallystream.embedded.EmbeddedRedisSentinel;
import io.tallystream.embedded.junit.WithRedis;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
@Timeout(240)
class RedisConnectorIT {
    private static final RedisConnector.Limits LIMITS = new RedisConnector.Limits(Duration.ofSeconds(3), 10_000);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String key = UUID.randomUUID().toString();

    @TempDir
    private Path folder;

    @Test
    void shouldWriteToOneServerInTransactions(EmbeddedRedis redis) throws Exception {
        try (RedisConnector connector = new RedisConnector(redis.uri(), LIMITS);
                RedisServers link = connector.connectToServers();
                RedisLink reader = connector.connect()) {
            List<CompletionStage<?>> replies = write(link, 1);
            assertThat(get(reader.commands().exists(key))).as("held back").isZero();
            link.all().get(0).connection().flushCommands();
            for (CompletionStage<?> reply : replies) {
                get(reply);
            }
            assertThat(get(reader.commands().zscore(key, "m"))).isEqualTo(1);
            assertThat(get(reader.commands().ttl(key))).isBetween(90L, 100L);
            assertThat(link.all()).containsExactly(link.holding("any"));
            get(reader.probe());
        }
    }

    @Test
    void shouldLogInAsAUserWithoutMoreRightsThanNeeded(EmbeddedRedis redis) throws Exception {
        try (RedisConnector owner = new RedisConnector(redis.uri(), LIMITS);
                RedisLink link = owner.connect()) {
            AclSetuserArgs rights = AclSetuserArgs.Builder.on()
                    .addPassword("p@ss")
                    .keyPattern(key)
                    .addCommand(CommandType.ZADD)
                    .addCommand(CommandType.EXPIREAT)
                    .addCommand(CommandType.MULTI)
                    .addCommand(CommandType.EXEC);
            get(link.commands().aclSetuser("sink", rights));
            String uri = "redis://sink:p%40ss@127.0.0.1:" + redis.port();
            try (RedisConnector user = new RedisConnector(uri, LIMITS);
                    RedisServers limited = user.connectToServers()) {
                writeAndAwait(limited, 1);
                assertThat(get(link.commands().zscore(key, "m"))).isEqualTo(1);
                var connection = limited.all().get(0).connection();
                var refused = connection.async().get("another");
                connection.flushCommands();
                assertThatThrownBy(() -> get(refused)).hasMessageContaining("NOPERM");
            }
            try (RedisConnector wrong = new RedisConnector(uri.replace("p%40ss", "hush"), LIMITS)) {
                assertThatThrownBy(wrong::connect)
                        .isInstanceOf(RedisException.class)
                        .hasMessageNotContaining("hush");
            }
        }
    }

    @Test
    void shouldSpeakTls(EmbeddedRedis redis) throws Exception {
        try (TlsProxy proxy = new TlsProxy(folder, redis.port())) {
            String uri = redis.uri().replace("redis://", "rediss://").replace(":" + redis.port(), ":" + proxy.port());
            try (RedisConnector trusting = new RedisConnector(uri + "?verifyPeer=NONE", LIMITS);
                    RedisServers link = trusting.connectToServers()) {
                writeAndAwait(link, 1);
            }
            try (RedisConnector careful = new RedisConnector(uri, LIMITS)) {
                assertThatThrownBy(careful::connect).isInstanceOf(RedisException.class);
            }
        }
    }

    @Test
    void shouldFindTheMasterThatSentinelsNameAlsoAfterAFailover() throws Exception {
        EmbeddedRedis first = EmbeddedRedis.start(new EmbeddedRedis.Config(folder.resolve("first"), 0, "secret"));
        try (EmbeddedRedisReplica replica = EmbeddedRedisReplica.start(folder.resolve("second"), first);
                EmbeddedRedisSentinel sentinel = EmbeddedRedisSentinel.start(folder.resolve("sentinel"), first);
                RedisConnector connector = new RedisConnector(sentinel.uri(), LIMITS)) {
            try (RedisServers link = connector.connectToServers()) {
                writeAndAwait(link, 1);
                assertThat(serverPort(link)).isEqualTo(first.port());
            }

            first.close();

            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                try (RedisServers link = connector.connectToServers()) {
                    writeAndAwait(link, 2);
                    assertThat(serverPort(link)).isEqualTo(replica.port());
                }
            });
        } finally {
            first.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "redis-cluster"})
    void shouldNotWaitForEverForOneThatIsSilent(String scheme) throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                RedisConnector connector = new RedisConnector(scheme + "://127.0.0.1:" + mute.getLocalPort(), LIMITS)) {
            assertThatThrownBy(connector::connectToServers).isInstanceOf(RedisException.class);
            assertThatThrownBy(connector::connect).isInstanceOf(RedisException.class);
        }
    }

    @Test
    void shouldWriteToAClusterAlsoAfterFailovers() throws Exception {
        try (EmbeddedRedisCluster cluster = EmbeddedRedisCluster.start(folder);
                RedisConnector connector = new RedisConnector(cluster.uri(), LIMITS)) {
            RedisLink link = connector.connect();
            RedisServers servers = connector.connectToServers();
            writeAndAwait(servers, 1);
            get(link.probe());
            assertThat(servers.all()).hasSize(EmbeddedRedisCluster.MASTERS);
            for (RedisServers.Server server : servers.all()) {
                assertThat(servers.holding("a" + server.slotTag() + "b")).isSameAs(server);
            }

            // Both know the old master only.
            int second = cluster.failOver(key);
            assertThatThrownBy(() -> writeAndAwait(servers, 2)).isNotNull();
            servers.close();
            link.close();
            try (RedisServers anew = connector.connectToServers()) {
                writeAndAwait(anew, 2);
            }
            RedisLink next = connector.connect();
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            assertThat(get(next.commands().zscore(key, "m"))).isEqualTo(2));
            assertThat(cluster.call(second, "WAIT", "1", "5000")).isEqualTo("1");

            cluster.kill(second);
            assertThatThrownBy(() -> get(next.probe())).isNotNull();
            next.close();
            int third = cluster.awaitFailover(key, second);
            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                try (RedisServers anew = connector.connectToServers()) {
                    writeAndAwait(anew, 3);
                }
            });
            assertThat(cluster.call(third, "ZSCORE", key, "m")).isEqualTo("3");
            assertThat(Long.parseLong(cluster.call(third, "TTL", key))).isBetween(50L, 100L);
        }
    }

    private List<CompletionStage<?>> write(RedisServers servers, double score) {
        var commands = servers.holding(key).connection().async();
        return List.of(
                commands.multi(),
                commands.zadd(key, ZAddArgs.Builder.gt(), score, "m"),
                commands.expireat(key, Instant.now().plusSeconds(100)),
                commands.exec());
    }

    private void writeAndAwait(RedisServers servers, double score) throws Exception {
        List<CompletionStage<?>> replies = write(servers, score);
        servers.all().forEach(server -> server.connection().flushCommands());
        for (CompletionStage<?> reply : replies) {
            get(reply);
        }
    }

    private static int serverPort(RedisServers servers) throws Exception {
        var connection = servers.all().get(0).connection();
        var info = connection.async().info("server");
        connection.flushCommands();
        return Integer.parseInt(get(info)
                .lines()
                .filter(line -> line.startsWith("tcp_port:"))
                .findFirst()
                .orElseThrow()
                .substring("tcp_port:".length()));
    }

    private static <T> T get(CompletionStage<T> reply) throws Exception {
        return reply.toCompletableFuture().get(5, SECONDS);
    }
}
