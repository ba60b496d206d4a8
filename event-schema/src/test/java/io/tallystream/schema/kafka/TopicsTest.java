package io.tallystream.schema.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.count.Retention;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicsTest {
    private final Map<String, TopicDefinition> topics = Topics.definitions(new Topics.Settings(
                    7,
                    (short) 1,
                    Duration.ofDays(3),
                    new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30))))
            .stream()
            .collect(Collectors.toMap(TopicDefinition::name, topic -> topic));

    /** A recount needs them for as long as the events, and the processor finds them where the user's state is. */
    @Test
    void shouldKeepErasuresBesideTheEvents() {
        TopicDefinition erasures = topics.get(Topics.ERASURES);

        assertThat(Topics.EVENTS).allSatisfy(events -> {
            assertThat(erasures.configuration()).isEqualTo(topics.get(events).configuration());
            assertThat(erasures.partitions()).isEqualTo(topics.get(events).partitions());
        });
    }

    /** Kafka deletes whole segments. */
    @Test
    void shouldKeepNoEventForMoreThanADayLongerThanItIsToBeKept() {
        assertThat(topics.get(Topics.REROUTED).configuration())
                .containsEntry("retention.ms", "259200000")
                .containsEntry("segment.ms", "86400000")
                .isEqualTo(topics.get(Topics.API_CALLS).configuration());
    }

    @Test
    void shouldKeepTombstonesForThirtyDays() {
        assertThat(Topics.counts())
                .allSatisfy(counts -> assertThat(topics.get(counts).configuration())
                        .containsEntry("delete.retention.ms", "2592000000"));
    }

    /** Redis is filled from them after it lost its counts, and the less there is to read the sooner it is. */
    @Test
    void shouldForgetOldValuesOfCountsSoon() {
        assertThat(Topics.counts())
                .allSatisfy(counts -> assertThat(topics.get(counts).configuration())
                        .containsEntry("max.compaction.lag.ms", "600000")
                        .hasEntrySatisfying(
                                "cleanup.policy", policy -> assertThat(policy).startsWith("compact")));
    }
}
