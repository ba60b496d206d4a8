package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystream.runtime.lifecycle.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretStoreTest {
    @TempDir
    private Path folder;

    @Test
    void shouldMakeASecretOnce() throws IOException {
        SecretStore.Kept made = SecretStore.in(folder).get("admin-token", "tsa");
        SecretStore.Kept kept = SecretStore.in(folder).get("admin-token", "tsa");

        assertThat(made.isNew()).isTrue();
        assertThat(made.secret()).startsWith("tsa_").hasSizeGreaterThan(32);
        assertThat(kept).isEqualTo(new SecretStore.Kept(made.secret(), made.file(), false));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.file())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(made.file().getParent())))
                .isEqualTo("rwx------");
        assertThat(made.toString()).doesNotContain(made.secret());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n"})
    void shouldNotTakeNothingForASecret(String content) throws IOException {
        SecretStore store = SecretStore.in(folder);
        Path file = SecretStore.file(folder, SecretStore.REDIS_PASSWORD);
        Files.writeString(file, content);

        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(() -> store.get(SecretStore.REDIS_PASSWORD, "tsp"))
                .withMessageContaining(file.toString())
                .withMessageContaining("delete it");
    }
}
