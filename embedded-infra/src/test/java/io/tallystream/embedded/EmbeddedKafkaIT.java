package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.embedded.junit.WithKafka;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@WithKafka
@Timeout(240)
class EmbeddedKafkaIT {

    private static final List<String> VALUES =
            IntStream.range(0, 1_000).mapToObj(i -> "value-" + i).toList();

    @TempDir
    private Path folder;

    @Test
    void shouldServeProducersAndConsumers(EmbeddedKafka kafka) throws Exception {
        KafkaRecords.createTopic(kafka.bootstrapServers(), "served");

        KafkaRecords.write(kafka.bootstrapServers(), "served", VALUES);

        assertThat(KafkaRecords.read(kafka.bootstrapServers(), "served")).isEqualTo(VALUES);
    }

    @Test
    void shouldNotCreateTopicsOnTheFly(EmbeddedKafka kafka) {
        try (Admin admin = KafkaRecords.admin(kafka.bootstrapServers())) {
            assertThatThrownBy(() -> admin.describeTopics(List.of("never-created"))
                            .allTopicNames()
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void shouldKeepDataAndClusterIdOverRestarts() throws Exception {
        String clusterId;
        try (EmbeddedKafka first = start(folder)) {
            clusterId = KafkaRecords.clusterId(first.bootstrapServers());
            KafkaRecords.createTopic(first.bootstrapServers(), "kept");
            KafkaRecords.write(first.bootstrapServers(), "kept", VALUES);
        }

        try (EmbeddedKafka second = start(folder)) {
            assertThat(KafkaRecords.clusterId(second.bootstrapServers())).isEqualTo(clusterId);
            assertThat(KafkaRecords.read(second.bootstrapServers(), "kept")).isEqualTo(VALUES);
        }
    }

    // Repeated, because only some kills hit the broker in the middle of a commit.
    @RepeatedTest(3)
    void shouldComeUpWithAllDataAfterBeingKilled() throws Exception {
        try (ReadyChild child = ReadyChild.start(Child.class, folder.toString())) {
            child.kill();

            try (EmbeddedKafka kafka = start(folder)) {
                assertThat(KafkaRecords.clusterId(kafka.bootstrapServers())).isEqualTo(child.answer());
                assertThat(KafkaRecords.read(kafka.bootstrapServers(), "child")).isEqualTo(VALUES);
                KafkaRecords.write(kafka.bootstrapServers(), "child", List.of("one more"));
                assertThat(KafkaRecords.read(kafka.bootstrapServers(), "child")).endsWith("one more");
            }
        }
    }

    @Test
    void shouldListenOnTheGivenPortAndTakeOverridesOfItsDefaults() throws Exception {
        int port = LoopbackPorts.resolve(0);
        var config = new EmbeddedKafka.Config(folder, port, Map.of("num.io.threads", "3"));

        try (EmbeddedKafka kafka = EmbeddedKafka.start(config);
                Admin admin = KafkaRecords.admin(kafka.bootstrapServers())) {
            assertThat(kafka.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
            var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
            var settings = admin.describeConfigs(List.of(broker)).all().get().get(broker);
            assertThat(settings.get("num.io.threads").value()).isEqualTo("3");
            assertThat(settings.get("auto.create.topics.enable").value()).isEqualTo("false");
        }
    }

    @Test
    void shouldNamePortInUseAndStartOnceItIsFree() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, LoopbackPorts.loopback())) {
            port = taken.getLocalPort();
            assertThatThrownBy(() -> EmbeddedKafka.start(new EmbeddedKafka.Config(folder, port)))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessage("port " + port + " is already in use");
        }

        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder, port))) {
            assertThat(kafka.port()).isEqualTo(port);
        }
    }

    @Test
    void shouldNameFolderThatCannotBeWritten() throws Exception {
        Path below = Files.createFile(folder.resolve("file")).resolve("kafka");

        assertThatThrownBy(() -> start(below))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessage("data folder " + below + " is not writable");
    }

    @Test
    void shouldRefuseFolderOfAnotherBrokerUntilThatIsClosed() throws Exception {
        try (EmbeddedKafka first = start(folder)) {
            assertThatThrownBy(() -> start(folder))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessage("data folder " + folder + " is already in use");
            assertThat(KafkaRecords.clusterId(first.bootstrapServers())).isNotEmpty();
        }
        start(folder).close();
    }

    @Test
    void shouldSayWhyKafkaItselfRefused() {
        var config = new EmbeddedKafka.Config(folder, 0, Map.of("num.io.threads", "none"));

        assertThatThrownBy(() -> EmbeddedKafka.start(config))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("num.io.threads");
    }

    private static EmbeddedKafka start(Path folder) {
        return EmbeddedKafka.start(new EmbeddedKafka.Config(folder, 0));
    }

    static final class Child {

        public static void main(String[] arguments) throws Exception {
            try (EmbeddedKafka kafka = start(Path.of(arguments[0]))) {
                KafkaRecords.createTopic(kafka.bootstrapServers(), "child");
                String clusterId = KafkaRecords.clusterId(kafka.bootstrapServers());
                KafkaRecords.write(kafka.bootstrapServers(), "child", VALUES);
                // At once: the broker is still busy with marking the commit in the partition.
                ReadyChild.ready(clusterId);
            }
        }
    }
}
