package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.ChildJvm;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading.Valid;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/produce-to-kafka.md tells those who go without a gateway. */
@WithKafka
@Timeout(240)
class ProducerExamplesIT {
    private static final Path PAGE = Path.of("..", "docs", "produce-to-kafka.md");
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EVENT = Pattern.compile("\\{\"type\":.*}");
    private static final int LANGUAGES = 4;
    private static final String EXAMPLE_ADDRESS = "localhost:9092";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void shouldGiveEventsThatCount() throws IOException {
        List<String> events = find(EVENT).map(MatchResult::group).toList();

        assertThat(events).hasSize(LANGUAGES).allSatisfy(ProducerExamplesIT::assertCounts);
    }

    @Test
    void shouldGiveAJavaProgramThatProducesAnEvent(EmbeddedKafka kafka) throws Exception {
        String program = find(JAVA).findFirst().orElseThrow().group(1);
        String event =
                EVENT.matcher(program).results().findFirst().orElseThrow().group();
        assertThat(program).containsOnlyOnce(EXAMPLE_ADDRESS);
        Path source = Files.writeString(
                folder.resolve("ProduceEvent.java"), program.replace(EXAMPLE_ADDRESS, kafka.bootstrapServers()));
        try (EventTopics topics = new EventTopics(kafka.bootstrapServers()).make()) {
            run(source);

            List<ConsumerRecord<String, String>> produced = topics.read(Topics.API_CALLS, event::equals);
            assertThat(produced).hasSize(1);
            ConsumerRecord<String, String> record = produced.get(0);
            assertThat(event).contains("\"user_id\":\"" + record.key() + "\"");
            assertThat(record.partition())
                    .isEqualTo(Utils.toPositive(Utils.murmur2(record.key().getBytes(StandardCharsets.UTF_8)))
                            % EventTopics.PARTITIONS);
        }
    }

    private void run(Path source) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        try (ChildJvm program = ChildJvm.start(List.of(), source.toString(), Map.of(), output)) {
            assertThat(program.awaitEnd(LIMIT)).isTrue();
            assertThat(program.exitCode()).as(Files.readString(output)).isZero();
        }
    }

    private static Stream<MatchResult> find(Pattern pattern) throws IOException {
        return pattern.matcher(Files.readString(PAGE)).results();
    }

    private static void assertCounts(String event) {
        assertThat(new EventReader().read(event.getBytes(StandardCharsets.UTF_8)))
                .as(event)
                .isInstanceOf(Valid.class);
    }
}
