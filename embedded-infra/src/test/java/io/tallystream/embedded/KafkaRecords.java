package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes and reads one topic of one partition. */
final class KafkaRecords {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private KafkaRecords() {}

    /** With as many copies as the brokers choose. */
    static void createTopic(String servers, String topic) throws Exception {
        try (Admin admin = admin(servers)) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
    }

    static String clusterId(String servers) throws Exception {
        try (Admin admin = admin(servers)) {
            return admin.describeCluster().clusterId().get();
        }
    }

    static Admin admin(String servers) {
        return Admin.create(Map.of("bootstrap.servers", servers));
    }

    /** In one transaction, so that the transaction coordinator has to work, too. */
    static void write(String servers, String topic, List<String> values) {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, "transactional.id", "writer-of-" + topic);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            values.forEach(value -> {
                var unused = producer.send(new ProducerRecord<>(topic, value));
            });
            producer.commitTransaction();
        }
    }

    /** Everything in the topic, through a consumer group, so that the group coordinator has to work, too. */
    static List<String> read(String servers, String topic) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        long end = end(servers, partition);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                servers,
                "group.id",
                "readers-of-" + topic,
                "enable.auto.commit",
                "false",
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            List<String> values = new ArrayList<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!consumer.assignment().contains(partition) || consumer.position(partition) < end) {
                assertThat(System.nanoTime()).as("time to read " + topic).isLessThan(deadline);
                consumer.poll(Duration.ofMillis(100)).forEach(r -> values.add(r.value()));
            }
            return values;
        }
    }

    // Of all records, also those of a transaction whose commit the broker has accepted but not yet marked in the log: a
    // read_committed consumer's own endOffsets() would leave them out.
    private static long end(String servers, TopicPartition partition) throws Exception {
        try (Admin admin = admin(servers)) {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        }
    }
}
