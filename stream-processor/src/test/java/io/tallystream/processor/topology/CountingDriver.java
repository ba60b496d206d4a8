package io.tallystream.processor.topology;

import io.tallystream.processor.ProcessorConfig;
import io.tallystream.processor.poll.BatchingInterceptor;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.kafka.CountRecord;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;

/**
 * The topology under the processor's own settings, without Kafka. The timestamps of what is put in stand for the times at which
 * the broker appended it; the wall clock stands at {@link #WALL_CLOCK}, unless advanced.
 */
final class CountingDriver implements AutoCloseable {
    static final Instant WALL_CLOCK = Instant.parse("2030-01-01T00:00:00Z");

    private final TopologyTestDriver driver;
    private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
    private final Map<String, Map<String, Long>> counts = new TreeMap<>();
    private final List<TestRecord<byte[], byte[]>> countRecords = new ArrayList<>();

    CountingDriver(Path folder, Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(variables);
        all.put("DATA_DIR", folder.toString());
        ProcessorConfig config = new Environment(all).read(ProcessorConfig::from);
        Properties settings = new Properties();
        settings.putAll(config.streams());
        driver = new TopologyTestDriver(CountTopology.build(config.counting()), settings, WALL_CLOCK);
        for (String topic : List.of(Topics.API_CALLS, Topics.USER_ACTIONS, Topics.ERASURES)) {
            inputs.put(topic, driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer()));
        }
    }

    void append(Instant appended, String topic, String json) {
        append(appended, topic, null, json.getBytes(StandardCharsets.UTF_8), new RecordHeaders());
    }

    void append(Instant appended, String topic, byte[] key, byte[] value, Headers headers) {
        inputs.get(topic).pipeInput(new TestRecord<>(key, value, headers, appended));
    }

    /** Has all of them polled at once: they are counted before anything is committed. */
    void poll(List<ConsumerRecord<byte[], byte[]>> records) {
        String topic = records.get(0).topic();
        TopicPartition partition = new TopicPartition(topic, records.get(0).partition());
        try (BatchingInterceptor interceptor = new BatchingInterceptor()) {
            for (ConsumerRecord<byte[], byte[]> batch :
                    interceptor.onConsume(new ConsumerRecords<>(Map.of(partition, records), Map.of()))) {
                inputs.get(topic)
                        .pipeInput(new TestRecord<>(
                                batch.key(), batch.value(), batch.headers(), Instant.ofEpochMilli(batch.timestamp())));
            }
        }
    }

    /** A record to be polled. */
    static ConsumerRecord<byte[], byte[]> polled(
            Instant appended, String topic, long offset, byte[] key, byte[] value, Headers headers) {
        return new ConsumerRecord<>(
                topic,
                0,
                offset,
                appended.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key == null ? ConsumerRecord.NULL_SIZE : key.length,
                value.length,
                key,
                value,
                headers,
                Optional.empty());
    }

    void erase(Instant appended, String user) {
        ErasureRequest request = ErasureRequest.of(user);
        append(appended, Topics.ERASURES, request.key(), request.value(), new RecordHeaders());
    }

    void advanceWallClock(Duration by) {
        driver.advanceWallClockTime(by);
    }

    /** The last count under each key so far, by topic; no topic without counts. */
    Map<String, Map<String, Long>> counts() {
        newCountRecords();
        return counts;
    }

    /** The last count under each key so far, whatever the topic. */
    Map<String, Long> flatCounts() {
        Map<String, Long> flat = new TreeMap<>();
        counts().values().forEach(flat::putAll);
        return flat;
    }

    /** All records on counts topics since the last call of this method or of those above. */
    List<TestRecord<byte[], byte[]>> newCountRecords() {
        countRecords.clear();
        for (String topic : Topics.counts()) {
            for (TestRecord<byte[], byte[]> record : read(topic)) {
                countRecords.add(record);
                // The key as it is, not as our code reads it.
                String key = new String(record.key(), StandardCharsets.UTF_8);
                if (record.value() == null) {
                    counts.computeIfAbsent(topic, any -> new TreeMap<>()).remove(key);
                    continue;
                }
                long count = CountRecord.decode(record.key(), record.value()).value();
                Long before =
                        counts.computeIfAbsent(topic, any -> new TreeMap<>()).put(key, count);
                if (before != null && before > count) {
                    throw new AssertionError(key + " went down from " + before + " to " + count);
                }
            }
        }
        return List.copyOf(countRecords);
    }

    /** All dead letters since the last call. */
    List<TestRecord<byte[], byte[]>> newDeadLetters() {
        return read(Topics.DEAD_LETTERS);
    }

    /** All records on any topic since the last call. */
    List<TestRecord<byte[], byte[]>> read(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    /** The keys of everything that a store holds, in a form to be compared. */
    Set<String> keys(String store) {
        Set<String> keys = new TreeSet<>();
        try (KeyValueIterator<Bytes, byte[]> all =
                driver.<Bytes, byte[]>getKeyValueStore(store).all()) {
            all.forEachRemaining(entry -> keys.add(entry.key.toString()));
        }
        return keys;
    }

    Set<String> stores() {
        return driver.getAllStateStores().keySet();
    }

    @Override
    public void close() {
        driver.close();
    }
}
