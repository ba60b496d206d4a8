package io.tallystream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.schema.kafka.CountRecord;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The other side of the processor's topics: writes events, reads counts and dead letters. */
final class ProcessorTopics implements AutoCloseable {
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;
    private final String servers;

    ProcessorTopics(String servers) {
        this.servers = servers;
        admin = Admin.create(Map.of("bootstrap.servers", servers));
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                servers,
                "linger.ms",
                2,
                "compression.type",
                "lz4",
                "max.request.size",
                20_000_000);
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    void write(ProducerRecord<byte[], byte[]> record) {
        writeAll(List.of(record));
    }

    /** Returns when Kafka has taken all. */
    void writeAll(Collection<ProducerRecord<byte[], byte[]>> records) {
        try {
            for (var sent : records.stream().map(producer::send).toList()) {
                sent.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static ProducerRecord<byte[], byte[]> event(String topic, String user, String json) {
        return new ProducerRecord<>(topic, user.getBytes(UTF_8), json.getBytes(UTF_8));
    }

    void create(String topic, int partitions, Map<String, String> configuration) throws Exception {
        create(topic, partitions, 1, configuration);
    }

    void create(String topic, int partitions, int copies, Map<String, String> configuration) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) copies).configs(configuration)))
                .all()
                .get();
    }

    /** Sets one of a topic's settings. */
    void configure(String topic, String name, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
    }

    /** Waits until the processor has made them. */
    void awaitTopics() {
        await().atMost(RunningProcessor.PATIENCE)
                .until(() -> admin.listTopics().names().get().containsAll(Topics.counts()));
    }

    Map<String, TopicDescription> describe(Collection<String> topics) throws Exception {
        return admin.describeTopics(topics).allTopicNames().get();
    }

    Set<String> names() throws Exception {
        return admin.listTopics().names().get();
    }

    /** The broker that leads that group: its members' heartbeats and commits go there. */
    int coordinator(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group))
                .all()
                .get()
                .get(group)
                .coordinator()
                .id();
    }

    String setting(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get(name)
                .value();
    }

    /** The last count of clicks under each key, once there is one under every key that is expected. */
    Map<String, Long> awaitCounts(Map<String, Long> expected) {
        Map<String, Long> counts = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Topics.counts())) {
            await().atMost(RunningProcessor.PATIENCE)
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .untilAsserted(() -> {
                        consumer.poll(Duration.ofMillis(100)).forEach(record -> takeClicks(record, counts));
                        assertThat(counts).containsAllEntriesOf(expected);
                    });
        }
        return counts;
    }

    /** The last count of clicks under each key of all that is there now. Only for a time when nobody writes. */
    Map<String, Long> allCounts() throws Exception {
        Map<String, Long> counts = new TreeMap<>();
        readToEnd(Topics.counts()).forEach(record -> takeClicks(record, counts));
        return counts;
    }

    /** All records that are there now. Only for a time when nobody writes. */
    List<ConsumerRecord<byte[], byte[]>> readToEnd(List<String> topics) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        readToEnd(topics, records::add);
        return records;
    }

    /** Like {@link #readToEnd(List)}, one after the other: there may be more than the heap holds. */
    void readToEnd(List<String> topics, Consumer<ConsumerRecord<byte[], byte[]>> reader) throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(topics)) {
            Map<TopicPartition, Long> ends = ends(consumer.assignment());
            // Patience with a topic that gives nothing: two million records are read for longer than that.
            long begin = System.nanoTime();
            while (!isRead(consumer, ends)) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                records.forEach(reader);
                if (!records.isEmpty()) {
                    begin = System.nanoTime();
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .as("time without a record from " + topics)
                        .isLessThan(RunningProcessor.PATIENCE);
            }
        }
    }

    private static boolean isRead(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** The members of a group, and what they read; none while these are being changed, or where nobody has joined yet. */
    Map<String, Set<TopicPartition>> members(String group) throws Exception {
        ConsumerGroupDescription described;
        try {
            described = admin.describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .get(group)
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw e;
        }
        return described.groupState() != GroupState.STABLE
                ? Map.of()
                : described.members().stream()
                        .collect(Collectors.toMap(
                                MemberDescription::consumerId,
                                member -> member.assignment().topicPartitions()));
    }

    /** Up to where a group has read. */
    Map<TopicPartition, Long> committed(String group) throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) throws Exception {
        return admin
                .listOffsets(partitions.stream()
                        .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                .all()
                .get()
                .entrySet()
                .stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** At the beginning of all partitions; sees what is committed. */
    KafkaConsumer<byte[], byte[]> consumer(List<String> topics) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", servers);
        settings.put("isolation.level", "read_committed");
        // The broker's answer to a first fetch waits for this long, though what was committed meanwhile would do.
        settings.put("fetch.max.wait.ms", 20);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** Keeps what is compared here; what the rest comes to is tested without Kafka, and by {@link ExactnessIT}. */
    private static void takeClicks(ConsumerRecord<byte[], byte[]> record, Map<String, Long> counts) {
        String key = new String(record.key(), UTF_8);
        if (key.startsWith("clicks|") || key.startsWith("page_views|minute|")) {
            take(record, counts);
        }
    }

    static void take(ConsumerRecord<byte[], byte[]> record, Map<String, Long> counts) {
        String key = new String(record.key(), UTF_8);
        long count = CountRecord.decode(record.key(), record.value()).value();
        Long before = counts.put(key, count);
        if (before != null && before > count) {
            throw new AssertionError(key + " went down from " + before + " to " + count);
        }
    }

    /** Makes Kafka forget all that a test has left: the topics and groups of all tests have the same names. */
    void forgetAll() throws Exception {
        List<String> groups = admin.listGroups().all().get().stream()
                .map(GroupListing::groupId)
                .toList();
        for (ConsumerGroupDescription group :
                admin.describeConsumerGroups(groups).all().get().values()) {
            // A processor that failed is a member until its session times out.
            if (!group.members().isEmpty()) {
                admin.removeMembersFromConsumerGroup(group.groupId(), new RemoveMembersFromConsumerGroupOptions())
                        .all()
                        .get();
            }
        }
        admin.deleteConsumerGroups(groups).all().get();
        forgetTopics(admin.listTopics().names().get());
    }

    void forgetTopics(Collection<String> topics) throws Exception {
        admin.deleteTopics(topics).all().get();
        await().atMost(RunningProcessor.PATIENCE)
                .until(() -> Collections.disjoint(admin.listTopics().names().get(), topics));
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
    }
}
