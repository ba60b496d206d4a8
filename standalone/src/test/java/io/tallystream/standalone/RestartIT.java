package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was counted stays counted, however the program ends. */
class RestartIT {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final long SOME = 200;
    private static final Map<String, String> AT_NOON =
            Map.of("TIME_ZONE", Noon.zone().getId());

    @TempDir
    private Path folder;

    @Test
    void shouldStopCleanlyAndGoOnWhereItStopped() throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        long before;
        String token;
        try (Tallystream first = Tallystream.ready(data, AT_NOON, "demo")) {
            awaitCalls(first, SOME);
            // It sends to itself only once that is of use.
            assertThat(first.errors()).doesNotContain("events not acknowledged");
            before = calls(first);
            token = first.secret("admin-token");
            assertThat(first.output()).contains(token).contains("#code=").contains(first.secret("ingest-key"));

            first.interrupt();

            assertThat(first.exitCode(STOP_LIMIT)).isZero();
            assertThat(first.errors()).doesNotContain("\tat ");
        }
        try (Tallystream second = Tallystream.ready(data, AT_NOON, "start")) {
            assertThat(calls(second)).isGreaterThanOrEqualTo(before);
            assertThat(second.secret("admin-token")).isEqualTo(token);
            assertThat(second.output()).doesNotContain(token);
        }
    }

    @Test
    void shouldKeepSecretsFromOtherUsers() throws IOException {
        Path data = folder.resolve("data");
        try (Tallystream started = Tallystream.ready(data, AT_NOON, "start")) {
            for (String name : new String[] {"admin-token", "ingest-key", "redis-password"}) {
                Path file = data.resolve("secrets").resolve(name);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
                assertThat(started.errors()).doesNotContain(started.secret(name));
            }
        }
    }

    @Test
    void shouldComeBackAfterBeingKilledUnderTraffic() throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        JsonObject before;
        ProcessHandle orphan;
        try (Tallystream first = Tallystream.ready(data, AT_NOON, "demo", "--rate", "1000")) {
            awaitCalls(first, SOME);
            before = first.overview().getJsonObject("today");
            orphan = first.handle().descendants().findFirst().orElseThrow();

            first.kill();
            assertThat(orphan.isAlive()).as("Redis outlives the kill").isTrue();
        }
        try (Tallystream second = Tallystream.ready(data, AT_NOON, "demo")) {
            JsonObject after = second.overview().getJsonObject("today");
            for (String metric : new String[] {"calls", "clicks", "page_views"}) {
                assertThat(after.getLong(metric)).as(metric).isGreaterThanOrEqualTo(before.getLong(metric));
            }
            // Not isAlive: where nobody takes note of its end it stays as a zombie, which has no command any more.
            assertThat(orphan.info().command()).isEmpty();
            awaitCalls(second, after.getLong("calls") + SOME);
        }
    }

    private static void awaitCalls(Tallystream tallystream, long calls) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(calls(tallystream)).isGreaterThanOrEqualTo(calls));
    }

    private static long calls(Tallystream tallystream) {
        return tallystream.overview().getJsonObject("today").getLong("calls");
    }
}
