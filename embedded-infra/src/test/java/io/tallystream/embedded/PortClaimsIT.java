package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PortClaimsIT {
    private static final int PORT = 12_345;

    @TempDir
    Path folder;

    private Path file;
    private PortClaims claims;

    @BeforeEach
    void open() {
        file = folder.resolve("ports");
        claims = PortClaims.in(file).orElseThrow();
    }

    @Test
    void shouldClaimAPortOnce() {
        assertThat(claims.claim(PORT)).isTrue();
        assertThat(claims.claim(PORT)).isFalse();
        assertThat(claims.claim(PORT + 1)).isTrue();
    }

    @Test
    void shouldLetGoOfWhatWasClaimedLongBefore() {
        claims.claim(PORT);
        for (int i = 1; i < PortClaims.KEPT; i++) {
            claims.claim(PORT + i);
        }
        assertThat(claims.claim(PORT)).isFalse();

        claims.claim(PORT + PortClaims.KEPT);

        assertThat(claims.claim(PORT)).isTrue();
    }

    @Test
    void shouldNotClaimWhatAnotherProcessHasUntilThatEnds() throws Exception {
        try (ReadyChild child = ReadyChild.start(Child.class, file.toString())) {
            assertThat(child.answer()).isEqualTo("true");
            assertThat(claims.claim(PORT)).isFalse();
            assertThat(claims.claim(PORT + 1)).isTrue();

            child.kill();

            assertThat(claims.claim(PORT)).isTrue();
        }
    }

    @Test
    void shouldDoWithoutAFile() {
        assertThat(PortClaims.in(folder.resolve("missing").resolve("ports"))).isEmpty();
    }

    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            PortClaims claims = PortClaims.in(Path.of(args[0])).orElseThrow();
            ReadyChild.ready(claims.claim(PORT));
        }
    }
}
