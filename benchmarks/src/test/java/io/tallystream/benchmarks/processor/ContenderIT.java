package io.tallystream.benchmarks.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.kafka.CountRecord;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A baseline that counted less, or wrongly, would be no baseline. */
@WithKafka
@Timeout(900)
final class ContenderIT {
    // Enough for several commits on most machines, so that what is added to what was there is seen.
    private static final int EVENTS = 40_000;
    private static final int USERS = 300;
    private static final Set<Metric> NOT_SIMPLE = EnumSet.of(
            Metric.EVENTS, Metric.ACTIVE_USERS, Metric.ACTIVE_USERS_7D, Metric.ACTIVE_USERS_30D, Metric.NEW_USERS);
    private static final Duration POLL = Duration.ofMillis(200);

    @TempDir
    Path folder;

    @Test
    void shouldCountTheSameElsewhereAsInTheEngine(EmbeddedKafka kafka) throws Exception {
        String servers = kafka.bootstrapServers();
        Run run = new Run("", folder, servers, 100, 2, inTheHourAfterMidnight());
        try (EventTopics topics = new EventTopics(servers, run.config())) {
            write(topics);

            Map<CountAddress, Long> engine = counts(topics, run, Contender.ENGINE);
            Map<CountAddress, Long> onHeap = counts(topics, run, Contender.FLINK_HEAP);
            Map<CountAddress, Long> inRocksDb = counts(topics, run, Contender.FLINK_ROCKSDB);
            Map<CountAddress, Long> inSql = counts(topics, run, Contender.FLINK_SQL);
            Map<CountAddress, Long> plain = counts(topics, run, Contender.DSL);

            assertThat(total(engine, Metric.EVENTS, Dimension.OUTCOME)).isEqualTo(EVENTS);
            // What never happens is the same everywhere.
            assertThat(engine.keySet().stream()
                            .flatMap(count -> CountTable.find(count.metric(), count.dimension()).stream())
                            .distinct())
                    .containsExactlyInAnyOrderElementsOf(CountTable.rows());
            assertThat(total(engine, Metric.CALLS, Dimension.ENDPOINT))
                    .isPositive()
                    .isEqualTo(total(engine, Metric.CALLS, Dimension.TOTAL));
            assertThat(differences(newUsersOfAllDays(onHeap), newUsersOfAllDays(engine)))
                    .isEmpty();
            assertThat(differences(newUsersOfAllDays(inRocksDb), newUsersOfAllDays(engine)))
                    .isEmpty();
            assertThat(differences(simple(inSql), simple(engine))).isEmpty();
            assertThat(differences(simple(plain), simple(engine))).isEmpty();
            assertThat(simple(plain)).hasSizeGreaterThan(1_000);
            assertThat(daysOf(simple(plain))).isGreaterThan(1);
        }
    }

    /** A zone in which the last hour's events are of two days, at any time of the day. */
    private static ZoneId inTheHourAfterMidnight() {
        int hour = OffsetDateTime.now(ZoneOffset.UTC).getHour();
        return ZoneOffset.ofHours(hour <= 12 ? -hour : 24 - hour);
    }

    private static long daysOf(Map<CountAddress, Long> counts) {
        return counts.keySet().stream()
                .map(CountAddress::window)
                .filter(window -> window.granularity() == Granularity.DAY)
                .distinct()
                .count();
    }

    /** What the one counts otherwise than the other, which is little beside all that they count. */
    private static Map<CountAddress, String> differences(
            Map<CountAddress, Long> counts, Map<CountAddress, Long> expected) {
        Set<CountAddress> addresses = new HashSet<>(counts.keySet());
        addresses.addAll(expected.keySet());
        Map<CountAddress, String> differences = new HashMap<>();
        for (CountAddress address : addresses) {
            if (!Objects.equals(counts.get(address), expected.get(address))) {
                differences.put(address, counts.get(address) + " instead of " + expected.get(address));
            }
        }
        return differences;
    }

    /**
     * With new users of all days as one count. Most users have events of two days, and are new on that of the first to be counted: the
     * first on Kafka here, whichever is first in a map there.
     */
    private static Map<CountAddress, Long> newUsersOfAllDays(Map<CountAddress, Long> counts) {
        Map<CountAddress, Long> together = new HashMap<>();
        counts.forEach((address, count) -> together.merge(
                address.metric() == Metric.NEW_USERS
                        ? new CountAddress(Metric.NEW_USERS, Window.LIFETIME, address.dimension(), address.member())
                        : address,
                count,
                Long::sum));
        return together;
    }

    /** Without users by day, and what became of records, which take more than a sum. */
    private static Map<CountAddress, Long> simple(Map<CountAddress, Long> counts) {
        Map<CountAddress, Long> simple = new HashMap<>(counts);
        simple.keySet().removeIf(address -> NOT_SIMPLE.contains(address.metric()));
        return simple;
    }

    private static long total(Map<CountAddress, Long> counts, Metric metric, Dimension dimension) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().metric() == metric
                        && entry.getKey().dimension() == dimension
                        && entry.getKey().window().granularity() == Granularity.MINUTE)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static Map<CountAddress, Long> counts(EventTopics topics, Run given, Contender contender) throws Exception {
        topics.clearOutputs();
        Run run = given.as("it-" + contender.name());
        try (ContenderProcess process = ContenderProcess.start(contender, run, "512m", true)) {
            topics.awaitDone(run.application(), process.handle());
            return read(run.servers());
        }
    }

    /** The newest count of each address, once nothing of them is in an open transaction: Flink commits offsets on their own. */
    private static Map<CountAddress, Long> read(String servers) {
        Map<CountAddress, Long> counts = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> committed = consumer(servers, "read_committed");
                KafkaConsumer<byte[], byte[]> any = consumer(servers, "read_uncommitted")) {
            List<TopicPartition> partitions = Topics.counts().stream()
                    .flatMap(topic -> committed.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = any.endOffsets(partitions);
            while (!committed.endOffsets(partitions).equals(ends)) {
                ends = any.endOffsets(partitions);
            }
            committed.assign(partitions);
            committed.seekToBeginning(partitions);
            while (!isAt(committed, ends)) {
                for (ConsumerRecord<byte[], byte[]> record : committed.poll(POLL)) {
                    CountRecord count = CountRecord.decode(record.key(), record.value());
                    // The last of an address is the newest: it has one writer.
                    counts.put(count.address(), count.value());
                }
            }
        }
        return counts;
    }

    private static boolean isAt(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String servers, String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers, "isolation.level", isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static void write(EventTopics topics) throws Exception {
        Random random = new Random(7);
        try (KafkaProducer<byte[], byte[]> producer = topics.producer()) {
            for (int i = 0; i < EVENTS; i++) {
                String user = "u" + random.nextInt(USERS);
                boolean anonymous = random.nextInt(10) == 0;
                String json = json(random, i) + (anonymous ? "" : ",\"user_id\":\"" + user + '"') + '}';
                String topic = json.contains("api_call") ? Topics.API_CALLS : Topics.USER_ACTIONS;
                // Waited for now and then, so that nothing is refused by a partition that is only just being made.
                var sent = producer.send(new ProducerRecord<>(topic, anonymous ? null : bytes(user), bytes(json)));
                if (i % 500 < 20) {
                    sent.get();
                }
            }
        }
    }

    /** All types of event, on some days, a few late, future and invalid. */
    private static String json(Random random, int i) {
        String time = "";
        if (i % 3 == 0) {
            time = ",\"time\":"
                    + Instant.now()
                            .minus(Duration.ofSeconds(random.nextInt(4_000)))
                            .toEpochMilli();
        } else if (i % 100 == 1) {
            time = ",\"time\":" + Instant.now().plus(Duration.ofHours(1)).toEpochMilli();
        }
        int part = random.nextInt(30);
        return switch (random.nextInt(6)) {
            case 0 -> "{\"type\":\"click\",\"product_id\":\"p%d\"%s".formatted(part, time);
            case 1 -> "{\"type\":\"page_view\",\"page\":\"/p%d\"%s".formatted(part, time);
            case 2 -> "{\"type\":\"dwell\",\"page\":\"/p%d\",\"duration_ms\":%d%s".formatted(part, part * 7, time);
            case 3 -> "{\"type\":\"api_call\",\"endpoint\":\"/a%d\",\"status\":\"error\"%s".formatted(part, time);
            case 4 ->
                i % 50 == 0 ? "{\"type\":\"api_call\"" : "{\"type\":\"click\",\"product_id\":\"é%d\"".formatted(part);
            default ->
                "{\"type\":\"api_call\",\"endpoint\":\"/a%d\",\"status\":%d,\"duration_ms\":%d%s"
                        .formatted(part, 200 + part, part * part, time);
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
