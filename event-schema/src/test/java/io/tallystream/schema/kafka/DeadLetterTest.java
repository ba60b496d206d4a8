package io.tallystream.schema.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    private static final DeadLetter.Origin ORIGIN = new DeadLetter.Origin("api-calls", 3, 17);

    private final Headers headers = new RecordHeaders().add("trace", new byte[] {1});

    @Test
    void shouldKeepARecordWhole() {
        byte[] key = {1};
        byte[] value = {2};

        DeadLetter letter = DeadLetter.of(key, value, headers, ORIGIN, "late", "by an hour");

        assertThat(letter.key()).isEqualTo(key);
        assertThat(letter.value()).isEqualTo(value);
        assertThat(letter.headers().lastHeader("trace").value()).containsExactly(1);
        assertThat(text(letter, DeadLetterHeaders.REASON)).isEqualTo("late");
        assertThat(text(letter, DeadLetterHeaders.DETAIL)).isEqualTo("by an hour");
        assertThat(text(letter, DeadLetterHeaders.TOPIC)).isEqualTo("api-calls");
        assertThat(text(letter, DeadLetterHeaders.PARTITION)).isEqualTo("3");
        assertThat(text(letter, DeadLetterHeaders.OFFSET)).isEqualTo("17");
        assertThat(headers).as("those of the record").hasSize(1);
    }

    @Test
    void shouldTakeARecordWithNothingInIt() {
        DeadLetter letter = DeadLetter.of(null, null, new RecordHeaders(), ORIGIN, "invalid", "no value");

        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isNull();
        assertThat(letter.headers()).hasSize(5);
    }

    @Test
    void shouldCutWhatKafkaWouldNotTake() {
        byte[] value = new byte[1_000_001];
        Arrays.fill(value, (byte) 'x');

        DeadLetter letter = DeadLetter.of(new byte[] {1}, value, headers, ORIGIN, "late", "by an hour");

        assertThat(letter.key()).isNull();
        assertThat(letter.value()).hasSize(1_000_000).containsOnly('x');
        assertThat(letter.headers().lastHeader("trace")).isNull();
        assertThat(text(letter, DeadLetterHeaders.DETAIL)).startsWith("by an hour (cut, ");
        assertThat(text(letter, DeadLetterHeaders.OFFSET)).isEqualTo("17");
    }

    @Test
    void shouldCutWhereKeyOrHeadersAreTooLarge() {
        byte[] large = new byte[1_000_001];
        byte[] value = {2};

        assertThat(DeadLetter.of(large, value, headers, ORIGIN, "late", "").key())
                .isNull();
        headers.add("large", large);
        DeadLetter letter = DeadLetter.of(null, value, headers, ORIGIN, "late", "");
        assertThat(letter.headers()).hasSize(5);
        assertThat(letter.value()).isEqualTo(value);
    }

    private static String text(DeadLetter letter, String header) {
        return new String(letter.headers().lastHeader(header).value(), UTF_8);
    }
}
