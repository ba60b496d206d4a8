package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys as operators make and revoke them, beside a program that runs. */
class KeysIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CLICK = "{\"type\":\"click\",\"product_id\":\"p1\"}";

    @TempDir
    private Path folder;

    @Test
    void shouldTakeKeysThatAreMadeAndRefuseThoseThatAreRevokedWhileItRuns() throws Exception {
        try (Tallystream program = Tallystream.ready(folder, "start")) {
            String sender = keys("new", "--name", "shop", "--scope", "ingest", "--rate", "500");
            String reader = keys("new", "--name", "report", "--scope", "read");
            assertThat(sender).matches("tsi_[A-Za-z0-9_-]{32}");
            assertThat(reader).startsWith("tsr_");

            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(program.post(sender, CLICK).statusCode()).isEqualTo(202));
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(program.get(reader, "/api/v1/stats/overview")
                                    .statusCode())
                            .isEqualTo(200));
            assertThat(program.post(sender, CLICK).headers().firstValue("RateLimit-Policy"))
                    .contains("\"key\";q=500;w=1");
            // The gateway reads the file on its own, perhaps between the two keys.
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(program.post(reader, CLICK).statusCode()).isEqualTo(403));
            assertThat(program.get(sender, "/api/v1/stats/overview").statusCode())
                    .isEqualTo(403);
            assertThat(program.post(program.secret("ingest-key"), CLICK).statusCode())
                    .isEqualTo(202);

            keys("revoke", "--name", "shop");
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(program.post(sender, CLICK).statusCode()).isEqualTo(401));
            assertThat(program.output() + program.errors()).doesNotContain(sender, reader);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("keys.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldListKeysWithoutTheirSecrets() throws Exception {
        String secret = keys(
                "new", "--name", "pages", "--scope", "collect", "--origin", "https://shop.example", "--rate", "20");

        assertThat(keys("list"))
                .contains("pages", "collect", "20/s", "https://shop.example")
                .doesNotContain(secret);
        assertThat(Files.readString(folder.resolve("keys.json"))).doesNotContain(secret.substring(4));
    }

    @ParameterizedTest
    @CsvSource({
        "new --name a --scope root, 'scope must be one of ingest, collect, read, admin'",
        "new --name a/b --scope read, name must have",
        "new --name a --scope collect, origins are needed",
        "new --name a --scope collect --origin *, origins must be",
        "new --name a --scope read --rate 0, rate must be",
        "new --name a, --scope",
        "revoke --name nobody, there is no key named nobody",
    })
    void shouldTellMistakes(String arguments, String mistake) throws Exception {
        String[] command = ("keys " + arguments).split(" ");
        try (Tallystream program = Tallystream.run(folder, Map.of(), command)) {
            assertThat(program.exitCode(LIMIT)).as(program.errors()).isEqualTo(2);
            assertThat(program.errors()).contains(mistake).doesNotContain("\tat ");
            assertThat(program.output()).isEmpty();
        }
        assertThat(folder.resolve("keys.json")).doesNotExist();
    }

    /** What the command wrote to standard output. */
    private String keys(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "keys";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try (Tallystream program = Tallystream.run(folder, Map.of(), command)) {
            assertThat(program.exitCode(LIMIT)).as(program.errors()).isZero();
            return program.output().strip();
        }
    }
}
