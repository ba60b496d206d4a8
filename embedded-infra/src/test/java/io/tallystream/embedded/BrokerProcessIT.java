package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class BrokerProcessIT {

    @TempDir
    private Path folder;

    @Test
    void shouldNotOutliveAKilledJvmNotEvenPaused() throws Exception {
        try (ReadyChild child = ReadyChild.start(Parent.class, folder.toString())) {
            var brokers = Stream.of(child.answer().split(" "))
                    .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                    .toList();
            assertThat(brokers).hasSize(2).allMatch(ProcessHandle::isAlive);

            child.kill();

            await().atMost(Duration.ofMinutes(1)).until(() -> brokers.stream().noneMatch(BrokerProcessIT::runs));
        }
    }

    @Test
    void shouldSayWhyABrokerDidNotStart() throws Exception {
        BrokerProcess broker = launch(folder, "broker", Map.of("num.io.threads", "none"));

        assertThatThrownBy(broker::awaitReady)
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessageContaining("Kafka broker stopped while starting (exit code 1)")
                .hasMessageContaining("num.io.threads");
        assertThat(broker.isAlive()).isFalse();
    }

    @Test
    void shouldRefuseTheFolderOfAnotherCluster() throws Exception {
        KafkaNode.format(Files.createDirectory(folder.resolve("broker-1")), 1, Uuid.randomUuid());

        assertThatThrownBy(() -> EmbeddedKafkaCluster.start(folder))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessage("data folder " + folder.toRealPath() + " has been used by another cluster");
    }

    // An orphan that nobody reaps stays behind as a zombie, alive to ProcessHandle, but it runs nothing.
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    /** It finds no controller, so it waits for one. */
    private static BrokerProcess launch(Path folder, String name, Map<String, String> more) throws Exception {
        int port = LoopbackPorts.resolve(0);
        Path data = Files.createDirectory(folder.resolve(name));
        KafkaNode.format(data, 1, Uuid.randomUuid());
        Map<String, String> properties = new TreeMap<>(KafkaNode.TUNING);
        properties.putAll(KafkaNode.controller(2, LoopbackPorts.anyFreeExcept(port)));
        properties.put("process.roles", "broker");
        properties.put("node.id", "1");
        properties.put("log.dirs", data.toString());
        properties.put("listeners", KafkaNode.brokerListener(port));
        properties.putAll(more);
        Path file = folder.resolve(name + ".properties");
        Files.writeString(
                file,
                properties.entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue())
                        .collect(Collectors.joining("\n")));
        return BrokerProcess.launch(name, file);
    }

    static final class Parent {

        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            BrokerProcess waiting = launch(folder, "waiting", Map.of());
            BrokerProcess paused = launch(folder, "paused", Map.of());
            paused.pause();
            ReadyChild.ready(waiting.pid() + " " + paused.pid());
        }
    }
}
