package io.tallystream.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.CountRecord;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The other side of the sink's topics: writes counts as the processor does, and knows how far the sink has come. */
final class SinkTopics implements AutoCloseable {
    static final int PARTITIONS = 2;

    private static final String GROUP = "tallystream-sink";

    private final String servers;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    SinkTopics(String servers) {
        this.servers = servers;
        admin = Admin.create(Map.of("bootstrap.servers", servers));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "transactional.id", "test"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    void create() throws Exception {
        Retention retention =
                new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30));
        new TopicProvisioner(admin, Duration.ofSeconds(10))
                .ensure(Topics.definitions(new Topics.Settings(PARTITIONS, (short) 1, Duration.ofDays(3), retention)));
    }

    static ProducerRecord<byte[], byte[]> count(String topic, int partition, String key, long value) {
        return new ProducerRecord<>(
                topic,
                partition,
                key.getBytes(UTF_8),
                ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    /** Takes a count back. */
    static ProducerRecord<byte[], byte[]> erased(String topic, int partition, String key) {
        return new ProducerRecord<>(topic, partition, key.getBytes(UTF_8), null);
    }

    /** All requests to erase users. */
    List<ConsumerRecord<byte[], byte[]>> erasures() {
        return read(List.of(Topics.ERASURES));
    }

    @SafeVarargs
    final void commit(ProducerRecord<byte[], byte[]>... records) {
        commit(listOf(records));
    }

    void commit(List<ProducerRecord<byte[], byte[]>> records) {
        send(records);
        producer.commitTransaction();
    }

    /** Like {@link #commit(List)}, and quick where there are many. */
    void commitMany(List<ProducerRecord<byte[], byte[]>> records) {
        producer.beginTransaction();
        for (ProducerRecord<byte[], byte[]> record : records) {
            // The commit waits for it, and fails if it does.
            var unused = producer.send(record);
        }
        producer.commitTransaction();
    }

    @SafeVarargs
    final void abort(ProducerRecord<byte[], byte[]>... records) {
        send(listOf(records));
        producer.abortTransaction();
    }

    @SafeVarargs
    private static List<ProducerRecord<byte[], byte[]>> listOf(ProducerRecord<byte[], byte[]>... records) {
        List<ProducerRecord<byte[], byte[]>> list = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : records) {
            list.add(record);
        }
        return list;
    }

    private void send(List<ProducerRecord<byte[], byte[]>> records) {
        producer.beginTransaction();
        try {
            for (ProducerRecord<byte[], byte[]> record : records) {
                // One that is aborted before it is sent would not be there to be left out.
                var sent = producer.send(record);
                producer.flush();
                sent.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How far the sink has committed; empty where it has not. */
    Map<TopicPartition, Long> committed() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(GROUP)
                .partitionsToOffsetAndMetadata()
                .get();
        return offsets.entrySet().stream()
                .filter(entry -> entry.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** Where the partitions end that have records. */
    Map<TopicPartition, Long> ends() throws Exception {
        Map<TopicPartition, OffsetSpec> latest =
                admin.describeTopics(Topics.counts()).allTopicNames().get().values().stream()
                        .flatMap(topic -> topic.partitions().stream()
                                .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                        .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        return admin.listOffsets(latest).all().get().entrySet().stream()
                .filter(entry -> entry.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** How many members have any partitions; none where nobody has joined yet. */
    int membersAtWork() throws Exception {
        try {
            return Math.toIntExact(
                    admin.describeConsumerGroups(List.of(GROUP)).all().get().get(GROUP).members().stream()
                            .filter(member ->
                                    !member.assignment().topicPartitions().isEmpty())
                            .count());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return 0;
            }
            throw e;
        }
    }

    /** Makes the next sink begin at the beginning; for a group without members. */
    void resetOffsets() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> beginnings = new HashMap<>();
        committed().keySet().forEach(partition -> beginnings.put(partition, new OffsetAndMetadata(0)));
        admin.alterConsumerGroupOffsets(GROUP, beginnings).all().get();
    }

    /** The id of the only member. */
    String onlyMember() throws Exception {
        List<MemberDescription> members = List.copyOf(admin.describeConsumerGroups(List.of(GROUP))
                .all()
                .get()
                .get(GROUP)
                .members());
        assertThat(members).hasSize(1);
        return members.get(0).consumerId();
    }

    /** All records that are on it now. */
    List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        return read(List.of(Topics.DEAD_LETTERS));
    }

    /** The counts that these records are. */
    @SafeVarargs
    static Map<CountAddress, Long> counts(ProducerRecord<byte[], byte[]>... records) {
        return listOf(records).stream()
                .map(record -> CountRecord.decode(record.key(), record.value()))
                .collect(Collectors.toMap(CountRecord::address, CountRecord::value));
    }

    /** The last count of each address, read anew; what is no count is left out. */
    Map<CountAddress, Long> lastCounts() {
        return lastCounts(Map.of());
    }

    /** The last before those offsets; of a partition without one, the last. */
    Map<CountAddress, Long> lastCounts(Map<TopicPartition, Long> ends) {
        Map<CountAddress, Long> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : read(Topics.counts())) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            try {
                if (record.offset() >= ends.getOrDefault(partition, Long.MAX_VALUE)) {
                    continue;
                }
                if (record.value() == null) {
                    last.remove(CountRecord.decodeErased(record.key()));
                } else {
                    CountRecord count = CountRecord.decode(record.key(), record.value());
                    last.put(count.address(), count.value());
                }
            } catch (IllegalArgumentException e) {
                // The sink leaves it out, too.
            }
        }
        return last;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(List<String> names) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", servers, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = names.stream()
                    .flatMap(name -> consumer.partitionsFor(name).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** Makes Kafka forget all that a test has left: the topics and groups of all tests have the same names. */
    void forgetAll() throws Exception {
        List<String> groups = admin.listGroups().all().get().stream()
                .map(GroupListing::groupId)
                .toList();
        admin.deleteConsumerGroups(groups).all().get();
        Set<String> topics = admin.listTopics().names().get();
        admin.deleteTopics(topics).all().get();
        await().atMost(RunningSink.PATIENCE)
                .until(() -> Collections.disjoint(admin.listTopics().names().get(), topics));
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
    }
}
