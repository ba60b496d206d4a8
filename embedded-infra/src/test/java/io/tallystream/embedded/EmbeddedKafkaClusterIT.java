package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every test leaves all brokers running. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedKafkaClusterIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> VALUES =
            IntStream.range(0, 1_000).mapToObj(i -> "value-" + i).toList();

    private EmbeddedKafkaCluster cluster;
    private String servers;
    private Admin admin;

    @BeforeAll
    void start(@TempDir Path folder) {
        cluster = EmbeddedKafkaCluster.start(folder);
        servers = cluster.bootstrapServers();
        admin = KafkaRecords.admin(servers);
    }

    @AfterAll
    void stop() {
        admin.close(Duration.ZERO);
        cluster.close();
    }

    @Test
    void shouldKeepThreeCopiesOfWhichTwoAcknowledge() throws Exception {
        KafkaRecords.createTopic(servers, "copied");
        KafkaRecords.write(servers, "copied", VALUES);
        assertThat(KafkaRecords.read(servers, "copied")).isEqualTo(VALUES);

        for (String topic : List.of("copied", "__consumer_offsets", "__transaction_state")) {
            assertThat(partition(topic).replicas()).as(topic).hasSize(3);
            assertThat(setting(topic, "min.insync.replicas")).as(topic).isEqualTo("2");
            assertThat(setting(topic, "unclean.leader.election.enable"))
                    .as(topic)
                    .isEqualTo("false");
        }
    }

    @Test
    void shouldLoseNothingThatTwoBrokersAcknowledged() throws Exception {
        KafkaRecords.createTopic(servers, "survived");
        KafkaRecords.write(servers, "survived", VALUES);
        int leader = leader("survived");

        cluster.kill(leader);

        assertThat(KafkaRecords.read(servers, "survived")).isEqualTo(VALUES);
        KafkaRecords.write(servers, "survived", List.of("one more"));
        assertThat(partition("survived").isr())
                .extracting(Node::id)
                .doesNotContain(leader)
                .hasSize(2);

        cluster.start(leader);

        awaitAllInSync("survived");
        assertThat(KafkaRecords.read(servers, "survived"))
                .containsExactlyElementsOf(
                        Stream.concat(VALUES.stream(), Stream.of("one more")).toList());
    }

    @Test
    void shouldLoseWhatOnlyAKilledLeaderAcknowledged() throws Exception {
        KafkaRecords.createTopic(servers, "lost");
        int leader = leader("lost");
        List<Integer> followers = Stream.of(1, 2, 3).filter(id -> id != leader).toList();
        try (KafkaProducer<String, String> producer = producerForOneAcknowledgement()) {
            producer.send(new ProducerRecord<>("lost", "copied")).get();
            // In order behind the first, which therefore is copied when this returns.
            KafkaRecords.write(servers, "lost", List.of("copied too"));
            followers.forEach(cluster::pause);
            // Answers the fetches that the followers still have under way: they may find this when they go on.
            producer.send(new ProducerRecord<>("lost", "perhaps copied")).get();
            producer.send(new ProducerRecord<>("lost", "never copied")).get();
        }
        cluster.kill(leader);
        followers.forEach(cluster::resume);

        List<String> survived = KafkaRecords.read(servers, "lost");
        assertThat(survived).startsWith("copied", "copied too").doesNotContain("never copied");

        cluster.start(leader);
        awaitAllInSync("lost");
        assertThat(KafkaRecords.read(servers, "lost")).isEqualTo(survived);
    }

    @Test
    void shouldStopBrokersInOrderAndStartThemWithTheirData() throws Exception {
        KafkaRecords.createTopic(servers, "stopped");
        KafkaRecords.write(servers, "stopped", VALUES);
        int leader = leader("stopped");

        cluster.stop(leader);

        assertThat(leader("stopped")).as("leads at once").isNotEqualTo(leader);
        cluster.start(leader);
        awaitAllInSync("stopped");
        assertThat(KafkaRecords.read(servers, "stopped")).isEqualTo(VALUES);
    }

    @Test
    void shouldRefuseWhatDoesNotFitTheStateOfABroker() throws Exception {
        assertThatThrownBy(() -> cluster.start(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("broker 1 is running");
        assertThatThrownBy(() -> cluster.resume(1)).hasMessage("broker 1 is not paused");
        assertThatThrownBy(() -> cluster.kill(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no broker has the id 4");

        cluster.pause(1);
        assertThatThrownBy(() -> cluster.stop(1)).hasMessage("broker 1 is paused");
        cluster.kill(1);
        assertThatThrownBy(() -> cluster.kill(1)).hasMessage("broker 1 is not running");
        assertThatThrownBy(() -> cluster.pause(1)).hasMessage("broker 1 is not running");

        cluster.start(1);
        // Whichever broker is asked has to have heard of it.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(admin.describeCluster().nodes().get())
                        .extracting(Node::id)
                        .containsExactlyInAnyOrder(1, 2, 3));
    }

    private KafkaProducer<String, String> producerForOneAcknowledgement() {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, "acks", "1", "enable.idempotence", "false");
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private void awaitAllInSync(String topic) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(partition(topic).isr()).hasSize(3));
    }

    private int leader(String topic) throws Exception {
        return partition(topic).leader().id();
    }

    private TopicPartitionInfo partition(String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .get(0);
    }

    private String setting(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get(name)
                .value();
    }
}
