package io.tallystream.processor.topology;

import io.tallystream.processor.count.CountMerger;
import io.tallystream.processor.count.CountingSettings;
import io.tallystream.processor.count.EventCounter;
import io.tallystream.processor.count.Output;
import io.tallystream.schema.kafka.Topics;
import java.util.List;
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

    /** The topology; the same for the same settings. */
    public static Topology build(CountingSettings settings) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<byte[], Output> counted = builder.stream(
                        List.of(Topics.API_CALLS, Topics.USER_ACTIONS, Topics.REROUTED),
                        Consumed.with(BYTES, BYTES).withName("events"))
                .process(EventCounter.supplier(settings), Named.as("count"));
        only(Output.DeadLetter.class, "dead-letter", counted)
                .to(Topics.DEAD_LETTERS, Produced.with(BYTES, VALUE_OF_OUTPUT).withName("dead-letters"));
        only(Output.Rerouted.class, "rerouted", counted)
                .to(Topics.REROUTED, Produced.with(BYTES, VALUE_OF_OUTPUT).withName("reroute"));
        toCounts(only(Output.Count.class, "user-count", counted), "user-counts");
        KStream<byte[], Output> merged = only(Output.Amounts.class, "amount", counted)
                .mapValues(Output::value, Named.as("amount-bytes"))
                .repartition(Repartitioned.with(BYTES, BYTES)
                        .withName("amounts")
                        .withNumberOfPartitions(settings.partitions()))
                .process(CountMerger.supplier(settings), Named.as("merge"));
        toCounts(merged, "merged-counts");
        return builder.build();
    }

    private static KStream<byte[], Output> only(
            Class<? extends Output> kind, String name, KStream<byte[], Output> outputs) {
        return outputs.filter((key, output) -> kind.isInstance(output), Named.as("only-" + name));
    }

    private static void toCounts(KStream<byte[], Output> counts, String name) {
        counts.to(
                (key, output, context) -> Topics.counts(((Output.Count) output).kept()),
                Produced.with(BYTES, VALUE_OF_OUTPUT).withName("to-" + name));
    }
}
