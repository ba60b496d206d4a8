package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mistake of the operator is told in one line, with exit code 2 and no stack trace. */
class StartupErrorsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"INGEST_PORT", "QUERY_PORT", "MANAGEMENT_PORT", "KAFKA_PORT", "REDIS_PORT"})
    void shouldTellThatAPortIsInUse(String setting) throws IOException, InterruptedException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            assertThat(mistake(folder.resolve("data"), Map.of(setting, port)))
                    .contains(setting)
                    .contains(port)
                    .contains("in use");
            assertThat(taken.isClosed()).isFalse();
        }
    }

    @Test
    void shouldTellThatTheDataFolderCannotBeWritten() throws IOException, InterruptedException {
        // A file where a folder is needed stops root, too.
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(mistake(file.resolve("data"), Map.of())).contains("DATA_DIR").contains(file.toString());
    }

    @Test
    void shouldTellThatTheTimeZoneIsWrong() throws IOException, InterruptedException {
        assertThat(mistake(folder.resolve("data"), Map.of("TIME_ZONE", "Mars/Olympus")))
                .contains("TIME_ZONE")
                .contains("Mars/Olympus");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void shouldTellThatTheDataFolderIsInUseAndLeaveItsUserAlone() throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        try (Tallystream first = Tallystream.ready(data, "start")) {
            assertThat(mistake(data, Map.of())).contains("already in use").contains("DATA_DIR");

            assertThat(first.overview().getJsonObject("today").getLong("calls")).isZero();
        }
    }

    @Test
    void shouldTellAllMistakesAtOnce() throws IOException, InterruptedException {
        try (Tallystream program = Tallystream.run(
                folder.resolve("data"),
                Map.of("TIME_ZONE", "x", "QUERY_PORT", "99999", "ADMIN_TOKEN", "short"),
                "start")) {
            assertThat(program.exitCode(LIMIT)).isEqualTo(2);
            assertThat(program.errors().lines())
                    .hasSize(3)
                    .allMatch(line -> line.startsWith("tallystream: "))
                    .noneMatch(line -> line.contains("short"));
        }
    }

    @Test
    void shouldTellThatThereIsNowhereToSendALoadTo() throws IOException, InterruptedException {
        try (Tallystream program = Tallystream.run(folder.resolve("data"), Map.of(), "load", "--to", "gateway:8080")) {
            assertThat(program.exitCode(LIMIT)).isEqualTo(2);
            assertThat(program.errors()).contains("--to must be a URL such as http://127.0.0.1:8080");
        }
    }

    /** The one line that it ends with. */
    private static String mistake(Path dataFolder, Map<String, String> variables)
            throws IOException, InterruptedException {
        try (Tallystream program = Tallystream.run(dataFolder, variables, "start")) {
            assertThat(program.exitCode(LIMIT)).as(program.errors()).isEqualTo(2);
            assertThat(program.errors()).doesNotContain("\tat ");
            return program.errors()
                    .lines()
                    .filter(line -> line.startsWith("tallystream: "))
                    .reduce((a, b) -> {
                        throw new AssertionError("more than one line: " + a + "; " + b);
                    })
                    .orElseThrow(() -> new AssertionError("no line: " + program.errors()));
        }
    }
}
