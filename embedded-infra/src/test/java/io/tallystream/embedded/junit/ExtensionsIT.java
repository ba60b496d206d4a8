package io.tallystream.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@WithKafka
@WithRedis
@Timeout(240)
class ExtensionsIT {

    private final EmbeddedKafka kafka;
    private final EmbeddedRedis redis;

    ExtensionsIT(EmbeddedKafka kafka, EmbeddedRedis redis) {
        this.kafka = kafka;
        this.redis = redis;
    }

    @Test
    void shouldHandOutOneServerOfEachKind(EmbeddedKafka otherKafka, EmbeddedRedis otherRedis) {
        assertThat(otherKafka).isSameAs(kafka);
        assertThat(otherRedis).isSameAs(redis);
    }

    @Nested
    @ExtendWith(KafkaExtension.class)
    class WithAnotherInstanceOfTheExtension {

        @Test
        void shouldStillBeTheSame(EmbeddedKafka nestedKafka) {
            assertThat(nestedKafka).isSameAs(kafka);
        }
    }

    @Test
    void shouldTurnTheBrokersEndOfTheJvmIntoFailure() {
        assertThatThrownBy(() -> Exit.halt(1, "log dir failed")).isInstanceOf(AssertionError.class);

        assertThatThrownBy(() -> new KafkaExtension().afterEach(null))
                .isInstanceOf(AssertionError.class)
                .hasRootCauseMessage("Kafka wanted to halt the JVM with code 1: log dir failed");
        assertThat(KafkaExtension.takeFatal()).isNotNull();
    }
}
