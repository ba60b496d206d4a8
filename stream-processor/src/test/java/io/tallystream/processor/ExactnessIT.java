package io.tallystream.processor;

import static io.tallystream.processor.ExactnessRun.Fault.FREEZE;
import static io.tallystream.processor.ExactnessRun.Fault.KILL;
import static io.tallystream.processor.ExactnessRun.Fault.LONG_FREEZE;
import static io.tallystream.processor.ExactnessRun.Fault.RESTART;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * However processors end, each record is counted once: all counts equal a recount, none was above it or went down on the way, and
 * each record that was refused has one dead letter.
 */
class ExactnessIT {
    private static final long SEED = Long.getLong("exactness.seed", 20261121);

    @TempDir
    private Path folder;

    @Test
    @Timeout(240)
    void shouldCountEachRecordOnceHoweverProcessorsEnd() throws Exception {
        run(new ExactnessRun.Plan(
                SEED,
                100_000,
                5_000,
                2_000,
                Duration.ofSeconds(40),
                List.of(KILL, RESTART, FREEZE, KILL, RESTART),
                // What is gone is found to be gone sooner.
                Map.of(
                        "KAFKA_STREAMS_CONSUMER_SESSION_TIMEOUT_MS", "3000",
                        "KAFKA_STREAMS_CONSUMER_HEARTBEAT_INTERVAL_MS", "500"),
                Map.of("group.min.session.timeout.ms", "3000")));
    }

    @Test
    @Tag("long")
    @Timeout(1_800)
    void shouldCountAMillionRecordsOnceHoweverProcessorsEnd() throws Exception {
        run(new ExactnessRun.Plan(
                SEED,
                Integer.getInteger("exactness.records", 1_200_000),
                50_000,
                20_000,
                Duration.ofMinutes(2),
                List.of(KILL, RESTART, FREEZE, KILL, RESTART, LONG_FREEZE, KILL, RESTART),
                Map.of(),
                Map.of()));
    }

    private void run(ExactnessRun.Plan plan) throws Exception {
        try (ExactnessRun run = new ExactnessRun(folder, plan)) {
            try {
                run.run();
            } finally {
                System.out.println(run.story());
            }
        }
    }
}
