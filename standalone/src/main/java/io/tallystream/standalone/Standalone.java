package io.tallystream.standalone;

import static java.util.Objects.requireNonNull;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.ingest.IngestApplication;
import io.tallystream.ingest.IngestConfig;
import io.tallystream.processor.ProcessorApplication;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.query.QueryApplication;
import io.tallystream.query.QueryConfig;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Setting;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.ServiceProcess;
import io.tallystream.runtime.lifecycle.ServiceStack;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.sink.SinkApplication;
import io.tallystream.sink.SinkConfig;
import io.tallystream.standalone.SecretStore.Kept;
import io.tallystream.standalone.demo.DemoTraffic;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The four services in one process. Kafka and Redis are embedded, each unless an address of another is configured. The services
 * are the same objects, with the same configuration, as in processes of their own.
 */
final class Standalone implements ServiceProcess.Program {
    private static final Logger LOGGER = LoggerFactory.getLogger(Standalone.class);
    private static final Duration LOGIN_CODE_LIMIT = Duration.ofSeconds(5);
    private static final String DEFAULT_PARTITIONS = "4";
    // A restart after a crash takes its own place in the consumer groups at once, rather than when the group has given
    // up the one that crashed. Right here only: there is one standalone program for each embedded Kafka.
    private static final Map<String, String> ONLY_INSTANCE = Map.of(
            "KAFKA_STREAMS_GROUP_INSTANCE_ID", "standalone",
            "KAFKA_CONSUMER_GROUP_INSTANCE_ID", "standalone");
    private static final String KEY_NAME = "standalone";
    // Secrets are made when nothing else can go wrong; until then any will do to judge the rest of the configuration.
    private static final Map<String, String> PLACEHOLDERS = Map.of(
            Settings.ADMIN_TOKEN.name(),
            "0123456789abcdef",
            Settings.INGEST_KEYS.name(),
            KEY_NAME + "=0123456789abcdef");

    private final Ground ground;
    private final OptionalInt demoRate;
    private final PrintStream out;

    private Standalone(Ground ground, OptionalInt demoRate, PrintStream out) {
        this.ground = ground;
        this.demoRate = demoRate;
        this.out = out;
    }

    /**
     * Makes the program. Judges the whole configuration; opens, writes and starts nothing.
     *
     * @param demoRate events per second to send to itself; empty: none
     * @param out for what the user has to know
     */
    static ServiceProcess.ProgramFactory factory(OptionalInt demoRate, PrintStream out) {
        requireNonNull(demoRate, "demoRate");
        requireNonNull(out, "out");
        return (environment, context) -> {
            Configs.from(environment.withDefaults(PLACEHOLDERS));
            return new Standalone(Ground.from(environment), demoRate, out);
        };
    }

    /** The configurations of all services. */
    private record Configs(IngestConfig ingest, ProcessorConfig processor, SinkConfig sink, QueryConfig query) {
        static Configs from(Environment environment) {
            return new Configs(
                    IngestConfig.from(environment),
                    ProcessorConfig.from(environment),
                    SinkConfig.from(environment),
                    QueryConfig.from(environment));
        }
    }

    /** What of the configuration is not a single service's. */
    private record Ground(Path dataFolder, int kafkaPort, int redisPort, boolean ownKafka, boolean ownRedis) {
        static Ground from(Environment environment) {
            return new Ground(
                    environment.get(Settings.DATA_DIR),
                    environment.get(Settings.KAFKA_PORT),
                    environment.get(Settings.REDIS_PORT),
                    !environment.isSet(Settings.KAFKA_BOOTSTRAP_SERVERS),
                    !environment.isSet(Settings.REDIS_URI));
        }
    }

    @Override
    public void start(Environment environment, ServiceContext context, ServiceStack stack, int managementPort)
            throws Exception {
        requireFreePorts(environment);

        SecretStore secrets = SecretStore.in(ground.dataFolder());
        Map<String, String> found = new HashMap<>();
        Optional<Kept> adminToken =
                kept(environment, Settings.ADMIN_TOKEN, secrets, "admin-token", KeyScope.ADMIN.prefix());
        Optional<Kept> ingestKey =
                kept(environment, Settings.INGEST_KEYS, secrets, "ingest-key", KeyScope.INGEST.prefix());
        adminToken.ifPresent(kept -> found.put(Settings.ADMIN_TOKEN.name(), kept.secret()));
        ingestKey.ifPresent(kept -> found.put(Settings.INGEST_KEYS.name(), KEY_NAME + "=" + kept.secret()));

        Announcement.Servers servers = startServers(secrets, stack, found);
        Configs configs = environment.withDefaults(found).read(Configs::from);
        QueryApplication query = new QueryApplication(configs.query(), context);
        IngestApplication ingest = new IngestApplication(configs.ingest(), context);
        // Closed the other way round: what comes in stops first, and what has come in is still counted and written.
        stack.start(query);
        stack.start(new SinkApplication(configs.sink(), context));
        stack.start(new ProcessorApplication(configs.processor(), context));
        stack.start(ingest);
        Announcement.Listening listening = Announcement.Listening.on(
                environment.get(Settings.BIND_ADDRESS), ingest.port(), query.port(), managementPort);
        Announcement announcement = new Announcement(listening, servers, adminToken, ingestKey, demoRate.isPresent());
        String adminSecret = adminToken.map(Kept::secret).orElseGet(() -> environment.text(Settings.ADMIN_TOKEN));
        AtomicBoolean ready = new AtomicBoolean();
        stack.start(new ReadyWatch(context.health(), () -> {
            announcement.print(out, loginCode(announcement, query, adminSecret));
            ready.set(true);
        }));
        if (demoRate.isPresent()) {
            String key = ingestKey.map(Kept::secret).orElseGet(() -> DemoTraffic.firstKey(environment));
            // Not before, or the first of it would be refused, with a warning.
            stack.start(new DemoTraffic(listening.gateway(), key, demoRate.getAsInt(), ready::get));
        }
    }

    /** Empty where it takes none, and where none can be made: the token does as well. */
    private static Optional<String> loginCode(Announcement announcement, QueryApplication query, String adminSecret) {
        if (!announcement.needsLoginLink()) {
            return Optional.empty();
        }
        try {
            return Optional.of(query.makeLoginCode(adminSecret)
                    .toCompletableFuture()
                    .get(LOGIN_CODE_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            LOGGER.warn("no login link: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Announcement.Servers startServers(SecretStore secrets, ServiceStack stack, Map<String, String> found)
            throws Exception {
        Optional<String> redisAddress = Optional.empty();
        Optional<Path> redisPassword = Optional.empty();
        Optional<String> kafkaAddress = Optional.empty();
        if (ground.ownRedis()) {
            Kept password = secrets.get(SecretStore.REDIS_PASSWORD, "tsp");
            EmbeddedServer<EmbeddedRedis> redis = new EmbeddedServer<>(
                    "embedded Redis",
                    "REDIS_PORT, DATA_DIR",
                    () -> EmbeddedRedis.start(new EmbeddedRedis.Config(
                            ground.dataFolder().resolve("redis"), ground.redisPort(), password.secret())));
            stack.start(redis);
            found.put(Settings.REDIS_URI.name(), redis.server().uri());
            redisAddress = Optional.of("redis://127.0.0.1:" + redis.server().port());
            redisPassword = Optional.of(password.file());
        }
        if (ground.ownKafka()) {
            EmbeddedServer<EmbeddedKafka> kafka = new EmbeddedServer<>(
                    "embedded Kafka",
                    "KAFKA_PORT, DATA_DIR",
                    () -> EmbeddedKafka.start(
                            new EmbeddedKafka.Config(ground.dataFolder().resolve("kafka"), ground.kafkaPort())));
            stack.start(kafka);
            found.put(Settings.KAFKA_BOOTSTRAP_SERVERS.name(), kafka.server().bootstrapServers());
            found.put(Settings.PARTITIONS.name(), DEFAULT_PARTITIONS);
            found.putAll(ONLY_INSTANCE);
            kafkaAddress = Optional.of(kafka.server().bootstrapServers());
        }
        return new Announcement.Servers(kafkaAddress, redisAddress, redisPassword);
    }

    /** The secret made for a setting that is not set; empty if it is set. */
    private static Optional<Kept> kept(
            Environment environment, Setting<?> setting, SecretStore secrets, String name, String prefix) {
        return environment.isSet(setting) ? Optional.empty() : Optional.of(secrets.get(name, prefix));
    }

    /** Tells all ports in use at once, before anything is started. Not that of Redis: one of ours may be left there. */
    private void requireFreePorts(Environment environment) {
        String address = environment.get(Settings.BIND_ADDRESS);
        Map<Setting<Integer>, String> needed = new HashMap<>();
        needed.put(Settings.INGEST_PORT, address);
        needed.put(Settings.QUERY_PORT, address);
        if (ground.ownKafka()) {
            needed.put(Settings.KAFKA_PORT, "127.0.0.1");
        }
        List<String> taken = new ArrayList<>();
        needed.forEach((setting, host) -> {
            int port = environment.get(setting);
            if (port != 0 && !isFree(host, port)) {
                taken.add("port %d (%s) on %s is already in use; stop what uses it, or set %s to another, 0 for any"
                        .formatted(port, setting.name(), host, setting.name()));
            }
        });
        if (!taken.isEmpty()) {
            throw new StartupException(
                    String.join(System.lineSeparator(), taken.stream().sorted().toList()));
        }
    }

    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
