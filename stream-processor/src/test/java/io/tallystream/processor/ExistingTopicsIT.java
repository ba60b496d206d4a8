package io.tallystream.processor;

import static io.tallystream.processor.RunningProcessor.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.runtime.lifecycle.StartupException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The processor on topics that were there before it, and are not as it would have made them. */
@WithKafka
@Timeout(240)
class ExistingTopicsIT {
    private static final String USER_ACTIONS = "user-actions";
    private static final int PARTITIONS = 2;
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final EmbeddedKafka kafka;

    @TempDir
    private Path folder;

    private final ProcessorTopics topics;

    ExistingTopicsIT(EmbeddedKafka kafka) {
        this.kafka = kafka;
        topics = new ProcessorTopics(kafka.bootstrapServers());
    }

    @AfterEach
    void forgetAll() throws Exception {
        try (topics) {
            topics.forgetAll();
        }
    }

    @Test
    void shouldRefuseATopicWithOtherPartitions() throws Exception {
        topics.create("counts-day", PARTITIONS + 2, Map.of());

        try (RunningProcessor processor = start()) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("counts-day")
                    .hasMessageContaining("set PARTITIONS=" + (PARTITIONS + 2));
            assertThat(processor.health().up()).isFalse();
        }
    }

    @Test
    void shouldRefuseEventsWithTimesOfTheirProducers() throws Exception {
        topics.create(USER_ACTIONS, PARTITIONS, Map.of("message.timestamp.type", "CreateTime"));

        try (RunningProcessor processor = start()) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("--entity-name user-actions")
                    .hasMessageContaining("--add-config message.timestamp.type=LogAppendTime");
        }
    }

    @ParameterizedTest
    @CsvSource({"259200001, 86400000", "-1, 3600000", "345600000, 1"})
    void shouldRefuseTopicsThatKeepEventsForLongerThanTheirWindowsAreOpen(String retention, String segment)
            throws Exception {
        topics.create(
                USER_ACTIONS,
                PARTITIONS,
                Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", retention, "segment.ms", segment));

        try (RunningProcessor processor = start()) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("retention.ms=%s and segment.ms=%s".formatted(retention, segment))
                    .hasMessageContaining("--entity-name user-actions")
                    .hasMessageContaining("--add-config retention.ms=259200000,segment.ms=86400000");
        }
    }

    @Test
    void shouldRefuseATopicThatForgetsCounts() throws Exception {
        topics.create("counts-lifetime", PARTITIONS, Map.of("cleanup.policy", "delete"));
        topics.create("counts-hour", PARTITIONS, Map.of("cleanup.policy", "delete"));

        try (RunningProcessor processor = start()) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("--entity-name counts-lifetime --add-config cleanup.policy=compact")
                    .hasMessageContaining("--entity-name counts-hour --add-config"
                            + " cleanup.policy=[compact,delete],retention.ms=" + (30 + 1) * DAY_MS);
        }
    }

    @Test
    void shouldChangeTopicsThatWereMadeForOthersSettingsWhereNothingIsLost() throws Exception {
        topics.create(
                "counts-day",
                PARTITIONS,
                Map.of("cleanup.policy", "compact,delete", "retention.ms", Long.toString(DAY_MS)));
        topics.create(
                USER_ACTIONS,
                PARTITIONS,
                Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", Long.toString(DAY_MS)));

        try (RunningProcessor processor = start()) {
            processor.awaitUp();

            // RETENTION_DAY, and as long as counts can be ahead of the day on which they are written.
            assertThat(topics.setting("counts-day", "retention.ms")).isEqualTo(Long.toString((365 + 31) * DAY_MS));
            assertThat(topics.setting(USER_ACTIONS, "segment.ms")).isEqualTo(Long.toString(DAY_MS));
            assertThat(topics.setting(USER_ACTIONS, "retention.ms")).isEqualTo(Long.toString(DAY_MS));
        }
    }

    private RunningProcessor start() {
        return new RunningProcessor(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "PARTITIONS",
                Integer.toString(PARTITIONS),
                "DATA_DIR",
                folder.toString()));
    }
}
