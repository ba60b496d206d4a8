package io.tallystream.faults.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystream.faults.truth.Journal;
import io.tallystream.faults.truth.Tally;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the event topics from beginning to end and writes down what has to become of each record. An event that is there
 * twice is there twice on the same partition, as whoever sends it again sends it with the same key: the first one counts.
 */
final class RawBooks {
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);
    private static final Pattern ID = Pattern.compile("\"id\":\"([a-z]-\\d{1,12})\"");

    private final BitSet found = new BitSet();
    private final Map<String, Long> outcomes = new TreeMap<>();
    private long phantoms;
    private long records;

    private RawBooks() {}

    /**
     * Reads all that is there now.
     *
     * @param tally gets what became of each record
     */
    static RawBooks read(String bootstrapServers, Journal journal, Tally tally) {
        RawBooks books = new RawBooks();
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            Topics.EVENTS.forEach(topic -> consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(topic, info.partition()))));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long lastSign = System.nanoTime();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    books.take(record, journal, tally);
                    lastSign = System.nanoTime();
                }
                if (System.nanoTime() - lastSign > SILENCE_LIMIT.toNanos()) {
                    throw new IllegalStateException("Kafka gives no records of the event topics");
                }
            }
        }
        return books;
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Journal journal, Tally tally) {
        String outcome = outcome(new String(record.value(), UTF_8), journal);
        records++;
        outcomes.merge(outcome, 1L, Long::sum);
        tally.record(Instant.ofEpochMilli(record.timestamp()), outcome);
    }

    private String outcome(String value, Journal journal) {
        Matcher id = ID.matcher(value);
        if (!id.find()) {
            return "invalid";
        }
        Journal.Entry entry = Journal.Entry.ofId(id.group(1));
        int number = Math.toIntExact(entry.number());
        boolean repeated = found.get(number);
        found.set(number);
        if (journal.isRefused(entry)) {
            phantoms++;
        }
        return switch (entry.kind()) {
            case ORDINARY -> repeated ? "duplicate" : "accepted";
            case LATE -> "late";
            case FUTURE -> "future";
            case BROKEN -> "invalid";
        };
    }

    /** The numbers of all events that are there. */
    BitSet found() {
        return (BitSet) found.clone();
    }

    /** How many events are there though they were refused. */
    long phantoms() {
        return phantoms;
    }

    /** How many records there are. */
    long records() {
        return records;
    }

    /** How many records have to become what. */
    Map<String, Long> outcomes() {
        return new TreeMap<>(outcomes);
    }
}
