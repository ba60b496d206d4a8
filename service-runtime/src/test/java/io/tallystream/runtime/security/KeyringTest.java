package io.tallystream.runtime.security;

import static io.tallystream.runtime.security.KeyFileTest.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystream.runtime.lifecycle.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class KeyringTest {
    private static final String CONFIGURED = "configured-0123456789";
    private static final String FIRST = "tsi_first-0123456789";
    private static final String SECOND = "tsi_second-0123456789";

    @TempDir
    private Path folder;

    private KeyFile file;

    @BeforeEach
    void takeAFile() {
        file = new KeyFile(folder.resolve(KeyFile.NAME));
    }

    @Test
    void shouldTakeKeysOverThatAreAddedAndLetGoOfThoseThatAreRevoked() throws IOException {
        try (Keyring ring = open()) {
            assertThat(ring.find(FIRST)).isEmpty();

            file.add(server("first", FIRST));
            await().untilAsserted(() -> assertThat(ring.find(FIRST)).isPresent());

            file.add(server("second", SECOND));
            file.remove("first");
            await().untilAsserted(() -> assertThat(ring.find(FIRST)).isEmpty());
            await().untilAsserted(() -> assertThat(ring.find(SECOND)).isPresent());
            assertThat(ring.find(CONFIGURED)).isPresent();
        }
    }

    @Test
    void shouldKeepWhatItHasWhileTheFileIsBrokenOrGone() throws IOException {
        file.add(server("first", FIRST));
        String good = Files.readString(file.path());
        try (Keyring ring = open()) {
            assertThat(ring.find(FIRST)).isPresent();

            Files.writeString(file.path(), good + "[");
            remainsFor(ring, 3);
            Files.delete(file.path());
            remainsFor(ring, 3);

            file.add(server("second", SECOND));
            await().untilAsserted(() -> assertThat(ring.find(SECOND)).isPresent());
            assertThat(ring.find(FIRST)).isEmpty();
        }
    }

    @Test
    void shouldNotStartWithABrokenFile() throws IOException {
        Files.writeString(file.path(), "[{\"name\":\"first\"}]");

        assertThatThrownBy(this::open)
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("KEYS_FILE: " + file.path() + " line 1: ");
    }

    private Keyring open() {
        return Keyring.open(ApiKeys.parse("configured=" + CONFIGURED), file.path());
    }

    /** Through so many looks at the file. */
    private static void remainsFor(Keyring ring, int looks) {
        long before = ring.looks();
        await().until(() -> {
            assertThat(ring.find(FIRST)).isPresent();
            return ring.looks() >= before + looks;
        });
    }
}
