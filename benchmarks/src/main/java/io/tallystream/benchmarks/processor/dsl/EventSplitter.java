package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.benchmarks.processor.dsl.Judgement.Accepted;
import io.tallystream.benchmarks.tally.EventAmounts;
import io.tallystream.schema.count.CountTable;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Splits an accepted event into the amounts that it adds: one record for each row of the {@link CountTable} that it is of. */
final class EventSplitter extends ContextualProcessor<byte[], Judgement, String, Long> {
    @Override
    public void process(Record<byte[], Judgement> record) {
        if (record.value() instanceof Accepted accepted) {
            // Without the event's headers, which would travel once for each row and may be large.
            EventAmounts.of(
                    accepted.event(),
                    (row, member, amount) -> context()
                            .forward(new Record<>(
                                    new Counted(row.metric(), row.dimension(), member).key(),
                                    amount,
                                    record.timestamp())));
        }
    }
}
