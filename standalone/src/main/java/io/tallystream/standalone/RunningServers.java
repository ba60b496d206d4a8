package io.tallystream.standalone;

import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.lifecycle.StartupException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The embedded servers of a Tallystream that runs on this machine with the same data folder. */
final class RunningServers {
    private RunningServers() {}

    /**
     * Where they are, as values for what is not set.
     *
     * @throws StartupException if the address of Redis is not set, and there is no embedded one
     */
    static Map<String, String> find(Environment environment) {
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
                        ("REDIS_URI is not set, and there is no embedded Redis: cannot read %s; set it, or DATA_DIR to the"
                                        + " folder of the Tallystream that runs on this machine")
                                .formatted(file),
                        e);
            }
        }
        return found;
    }
}
