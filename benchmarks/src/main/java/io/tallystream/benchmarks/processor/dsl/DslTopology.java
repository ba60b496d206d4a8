package io.tallystream.benchmarks.processor.dsl;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.kafka.CountKey;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The way from events to counts: each event is judged, split into one record for each count it adds to, and these are added up
 * over the windows of each granularity.
 */
public final class DslTopology {
    private static final Serde<byte[]> BYTES = Serdes.ByteArray();
    private static final Serde<String> COUNTED = Serdes.String();
    private static final Serde<Long> AMOUNT = Serdes.Long();
    private static final List<Granularity> WINDOWED = List.of(Granularity.MINUTE, Granularity.HOUR, Granularity.DAY);

    /**
     * What operators choose.
     *
     * @param zone whose hours and days are counted
     * @param allowedLateness how long before its append an event may have happened
     * @param allowedSkew how long after its append it may say to have happened
     * @param backlog how far partitions may be read apart from one another in time; windows stay open that much longer
     * @param partitions of the topic between splitting and adding up
     */
    public record Settings(
            ZoneId zone, Duration allowedLateness, Duration allowedSkew, Duration backlog, int partitions) {
        /** Requires all. */
        public Settings {
            requireNonNull(zone, "zone");
            requireNonNull(allowedLateness, "allowedLateness");
            requireNonNull(allowedSkew, "allowedSkew");
            requireNonNull(backlog, "backlog");
        }

        /** How much older an accepted event may be than the newest before it. */
        Duration grace() {
            return allowedSkew.plus(allowedLateness).plus(backlog);
        }
    }

    private DslTopology() {}

    /** The topology; the same for the same settings. */
    public static Topology build(Settings settings) {
        StreamsBuilder builder = new StreamsBuilder();
        WindowCalendar calendar = new WindowCalendar(settings.zone());
        KStream<byte[], Judgement> judged = builder.stream(
                        Topics.EVENTS, Consumed.with(BYTES, BYTES).withName("events"))
                .process(() -> new EventJudge(settings.allowedLateness(), settings.allowedSkew()), Named.as("judge"));

        judged.process(DeadLetterWriter::new, Named.as("dead-letter"))
                .to(Topics.DEAD_LETTERS, Produced.with(BYTES, BYTES).withName("dead-letters"));

        KStream<String, Long> amounts = judged.process(EventSplitter::new, Named.as("split"))
                .repartition(Repartitioned.with(COUNTED, AMOUNT)
                        .withName("amounts")
                        .withNumberOfPartitions(settings.partitions()));
        for (Granularity granularity : WINDOWED) {
            CalendarWindows windows = new CalendarWindows(calendar, granularity, settings.grace());
            String store = "counts-" + granularity.wireName();
            of(granularity, amounts)
                    .windowedBy(windows)
                    .reduce(
                            Long::sum,
                            Materialized.<String, Long, WindowStore<Bytes, byte[]>>as(store)
                                    .withRetention(windows.retention())
                                    .withKeySerde(COUNTED)
                                    .withValueSerde(AMOUNT))
                    .toStream(Named.as("changes-" + granularity.wireName()))
                    .process(
                            () -> CountWriter.windowed(calendar, granularity),
                            Named.as("write-" + granularity.wireName()))
                    .to(DslTopology::topic, Produced.with(BYTES, BYTES).withName("to-" + granularity.wireName()));
        }
        of(Granularity.LIFETIME, amounts)
                .reduce(
                        Long::sum,
                        Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("counts-lifetime")
                                .withKeySerde(COUNTED)
                                .withValueSerde(AMOUNT))
                .toStream(Named.as("changes-lifetime"))
                .process(CountWriter::lifetime, Named.as("write-lifetime"))
                .to(DslTopology::topic, Produced.with(BYTES, BYTES).withName("to-lifetime"));
        return builder.build();
    }

    private static KGroupedStream<String, Long> of(Granularity granularity, KStream<String, Long> amounts) {
        return amounts.filter(
                        (counted, amount) -> Counted.parse(counted).has(granularity),
                        Named.as("only-" + granularity.wireName()))
                .groupByKey();
    }

    private static String topic(byte[] key, byte[] value, Object context) {
        return Topics.counts(
                CountKey.parse(new String(key, StandardCharsets.UTF_8)).retentionClass());
    }
}
