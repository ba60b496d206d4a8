package io.tallystream.processor.topology;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.processor.count.CommitGuard;
import io.tallystream.processor.count.CountMerger;
import io.tallystream.processor.count.CountMeters;
import io.tallystream.processor.count.CountingSettings;
import io.tallystream.processor.count.EventCounter;
import io.tallystream.processor.count.Output;
import io.tallystream.schema.kafka.Topics;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;

/**
 * The way from events to counts, in two phases: {@link EventCounter} counts the events of one partition in the heap between two
 * commits, {@link CountMerger} adds the amounts of all partitions up. What is given away, stored and read is committed together.
 */
public final class CountTopology {
    private static final Serde<byte[]> BYTES = Serdes.ByteArray();
    private static final Serde<Output> VALUE_OF_OUTPUT =
            Serdes.serdeFrom((topic, output) -> output.value(), (topic, bytes) -> {
                throw new UnsupportedOperationException("outputs are written only");
            });

    private CountTopology() {}

    /** The topology on its own, without a guard and meters that anybody would look at. */
    public static Topology build(CountingSettings settings) {
        return build(settings, new CommitGuard(), new CountMeters(new SimpleMeterRegistry()));
    }

    /**
     * The topology; the same for the same settings.
     *
     * @param guard has to stand between it and its producers
     */
    public static Topology build(CountingSettings settings, CommitGuard guard, CountMeters meters) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<byte[], Output> counted = builder.stream(
                        Topics.INPUTS, Consumed.with(BYTES, BYTES).withName("events"))
                .process(EventCounter.supplier(settings, guard, meters), Named.as("count"));
        toTopics(counted, EventCounter.TO_TOPICS);
        KStream<byte[], Output> merged = counted.mapValues(Output::value, Named.as(EventCounter.TO_MERGER))
                .repartition(Repartitioned.with(BYTES, BYTES)
                        .withName("amounts")
                        .withNumberOfPartitions(settings.partitions()))
                .process(CountMerger.supplier(settings, guard, meters), Named.as("merge"));
        toTopics(merged, "merged-to-topics");
        return builder.build();
    }

    private static void toTopics(KStream<byte[], Output> outputs, String name) {
        outputs.to(
                (key, output, context) -> output.topic(),
                Produced.with(BYTES, VALUE_OF_OUTPUT).withName(name));
    }
}
