package io.tallystream.standalone;

import io.lettuce.core.RedisException;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.lifecycle.ExitCode;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.sink.SinkConfig;
import io.tallystream.sink.rebuild.Rebuild;
import io.tallystream.sink.rebuild.RebuildException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;

@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        description = {
            "Makes all counts in Redis anew from the counts topics, beside the ones that are read, and then switches over.",
            "Services stay up meanwhile. Can be interrupted and run again at any time. Without KAFKA_BOOTSTRAP_SERVERS or"
                    + " REDIS_URI it uses the embedded servers of a Tallystream that runs on this machine with the same"
                    + " DATA_DIR."
        })
final class RebuildCommand implements Callable<Integer> {
    @Override
    public Integer call() throws InterruptedException {
        try {
            Environment environment = new Environment(System.getenv());
            SinkConfig config = environment.withDefaults(running(environment)).read(SinkConfig::from);
            new Rebuild(config, Clock.systemUTC(), RebuildCommand::tell).run();
            return ExitCode.OK;
        } catch (StartupException | IllegalArgumentException e) {
            String.valueOf(e.getMessage()).lines().forEach(RebuildCommand::tell);
            return ExitCode.CONFIGURATION;
        } catch (RebuildException | RedisException | KafkaException e) {
            tell("failed, what is read is as it was or whole: " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }

    /** Where the embedded servers are, if they run. */
    private static Map<String, String> running(Environment environment) {
        Map<String, String> found = new HashMap<>();
        found.put(Settings.KAFKA_BOOTSTRAP_SERVERS.name(), "127.0.0.1:" + environment.get(Settings.KAFKA_PORT));
        Path file = SecretStore.file(environment.get(Settings.DATA_DIR), SecretStore.REDIS_PASSWORD);
        if (!environment.isSet(Settings.REDIS_URI)) {
            try {
                String password = Files.readString(file).strip();
                found.put(
                        Settings.REDIS_URI.name(),
                        "redis://:" + URLEncoder.encode(password, StandardCharsets.UTF_8) + "@127.0.0.1:"
                                + environment.get(Settings.REDIS_PORT));
            } catch (IOException e) {
                throw new StartupException(
                        "REDIS_URI is not set, and there is no embedded Redis: cannot read " + file, e);
            }
        }
        return found;
    }

    // Not log lines: they are the answer to a command.
    private static void tell(String line) {
        System.err.println("rebuild: " + line);
    }
}
