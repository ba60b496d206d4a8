package io.tallystream.processor.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class IdMergeTest {
    @TempDir
    private Path folder;

    private final CountDownLatch diskGoesOn = new CountDownLatch(1);

    /** The worker is everybody's. */
    @AfterEach
    void letGo() {
        diskGoesOn.countDown();
    }

    @Test
    void shouldNotBeWaitedForForEver() {
        IdMerge merge = new IdMerge(folder, 1, List.of(new Standstill()), Duration.ofMillis(50)).start();

        assertThatIOException().isThrownBy(merge::result).withMessage("1 ids are not written within PT0.05S");
        merge.abandon();
        assertThat(merge.hasEnded()).isFalse();

        diskGoesOn.countDown();
        await().atMost(Duration.ofSeconds(60)).until(merge::hasEnded);
    }

    private final class Standstill implements IdCursor {
        @Override
        public boolean advance() throws IOException {
            try {
                diskGoesOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return false;
        }

        @Override
        public long high() {
            return 0;
        }

        @Override
        public long low() {
            return 0;
        }

        @Override
        public long append() {
            return 0;
        }
    }
}
