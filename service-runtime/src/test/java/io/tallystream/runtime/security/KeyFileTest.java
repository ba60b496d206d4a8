package io.tallystream.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class KeyFileTest {
    private static final String SECRET = "tsi_0123456789abcdef";
    private static final String DIGEST = ApiKey.digestOf(SECRET);

    @TempDir
    private Path folder;

    private KeyFile file;

    @BeforeEach
    void takeAFolderThatIsNotThereYet() {
        file = new KeyFile(folder.resolve("data").resolve(KeyFile.NAME));
    }

    @Test
    void shouldHaveNoKeysWhereThereIsNoFile() throws IOException {
        assertThat(file.read()).isEmpty();
        assertThat(file.path()).doesNotExist();
    }

    @Test
    void shouldKeepWhatIsAdded() throws IOException {
        ApiKey server = server("shop", SECRET);
        ApiKey browser = new ApiKey(
                "pages",
                KeyScope.COLLECT,
                ApiKey.digestOf("tsc_0123456789abcdef"),
                OptionalInt.of(500),
                Set.of("https://shop.example", "http://localhost:3000"),
                Instant.parse("2026-11-21T08:00:00Z"));

        file.add(server);
        file.add(browser);

        assertThat(file.read()).containsExactly(server, browser);
    }

    @Test
    void shouldBeReadableByItsOwnerOnlyAndHoldNoSecret() throws IOException {
        file.add(server("shop", SECRET));
        file.add(server("app", "tsi_fedcba9876543210"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file.path())).contains(DIGEST).doesNotContain(SECRET, "0123456789abcdef\"");
        // An array, a line for each key.
        assertThat(Files.readAllLines(file.path())).hasSize(4);
    }

    @Test
    void shouldRemoveByName() throws IOException {
        file.add(server("shop", SECRET));
        file.add(server("app", "tsi_fedcba9876543210"));

        file.remove("shop");

        assertThat(file.read()).extracting(ApiKey::name).containsExactly("app");
        assertThatThrownBy(() -> file.remove("shop"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no key named shop; 'keys list' has the names");
    }

    @Test
    void shouldRefuseASecondKeyOfAName() throws IOException {
        file.add(server("shop", SECRET));

        assertThatThrownBy(() -> file.add(server("shop", "tsi_fedcba9876543210")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is a key named shop already, revoke it first");
        assertThat(file.read()).extracting(ApiKey::digest).containsExactly(DIGEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "a\nb", "\"", "ü"})
    void shouldRefuseNamesThatCannotStandInFilesAndCommands(String name) {
        assertThatThrownBy(() -> file.add(server(name, SECRET)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("name must");
    }

    @Test
    void shouldLoseNoneOfSeveralChangesAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> changes = IntStream.range(0, 40)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> {
                        file.add(server("key" + i, "tsi_0123456789-" + i));
                        return null;
                    }))
                    .toList();
            for (Future<?> change : changes) {
                change.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(file.read()).hasSize(40);
    }

    @Test
    void shouldNotWaitForEverForAnotherChange() throws Exception {
        file.add(server("shop", SECRET));
        Path lockFile = file.path().resolveSibling(KeyFile.NAME + ".lock");
        KeyFile impatient = new KeyFile(file.path(), Duration.ofMillis(50));

        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            assertThat(held.isValid()).isTrue();
            assertThatThrownBy(() -> impatient.add(server("app", "tsi_fedcba9876543210")))
                    .isInstanceOf(KeyFileException.class)
                    .hasMessage("is not changed: another process has held " + lockFile + " for PT0.05S");
            assertThat(file.read()).extracting(ApiKey::name).containsExactly("shop");
        }

        impatient.add(server("app", "tsi_fedcba9876543210"));
        assertThat(file.read()).extracting(ApiKey::name).containsExactly("shop", "app");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|must be an array of keys",
                "{}|must be an array of keys",
                "[7]|each key must be an object",
                "[{}]|name must",
                "[{\"name\":\"a\",\"scope\":\"root\"}]|scope must be ingest, collect, read or admin",
                "[{\"name\":\"a\",\"name\":\"b\"}]|name comes twice",
                "[{\"name\":\"a\",\"secret\":\"x\"}]|a field is not one of",
                "[{\"name\":7}]|name must be text",
                "[{\"rate\":\"7\"}]|rate must be a whole number",
                "[{\"rate\":1.5}]|rate must be a whole number",
                "[{\"origins\":\"https://a\"}]|origins must be an array",
                "[{\"name\":\"a\",\"scope\":\"read\",\"sha256\":\"x\",\"created\":\"2026-11-21T08:00:00Z\"}]|sha256 must",
                "[]]|is not JSON",
                "[] []|has something behind the array",
                "[|is not JSON",
            })
    void shouldSayWhatIsWrongWithAFile(String content, String reason) throws IOException {
        Files.createDirectories(file.path().getParent());
        Files.writeString(file.path(), content);

        assertThatThrownBy(file::read).isInstanceOf(KeyFileException.class).hasMessageContaining(reason);
    }

    @Test
    void shouldNameTheLineAtFault() throws IOException {
        file.add(server("shop", SECRET));
        file.add(server("app", "tsi_fedcba9876543210"));
        Files.writeString(file.path(), Files.readString(file.path()).replace("\"app\"", "\"shop\""));

        assertThatThrownBy(file::read).hasMessage("line 3: name shop comes twice");
    }

    @Test
    void shouldRefuseTwoKeysWithOneSecret() throws IOException {
        file.add(server("shop", SECRET));
        file.add(server("app", SECRET));

        assertThatThrownBy(file::read).hasMessageContaining("same secret");
    }

    @Test
    void shouldRefuseAFileThatIsTooLarge() throws IOException {
        Files.createDirectories(file.path().getParent());
        Files.write(file.path(), new byte[9 * 1024 * 1024]);

        assertThatThrownBy(file::read).isInstanceOf(KeyFileException.class).hasMessageContaining("bytes");
    }

    static ApiKey server(String name, String secret) {
        return new ApiKey(
                name,
                KeyScope.INGEST,
                ApiKey.digestOf(secret),
                OptionalInt.empty(),
                Set.of(),
                Instant.parse("2026-11-21T08:00:00Z"));
    }
}
