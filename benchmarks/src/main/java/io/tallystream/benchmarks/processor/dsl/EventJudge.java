package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.benchmarks.processor.dsl.Judgement.Accepted;
import io.tallystream.benchmarks.processor.dsl.Judgement.Refused;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import java.time.Duration;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Reads each record and judges it on its own, by its distance from the time at which the broker appended it. Never by the
 * stream's time: that one event dated far ahead would make all that follow late. Gives accepted records their event's time.
 */
final class EventJudge extends ContextualProcessor<byte[], byte[], byte[], Judgement> {
    private final EventReader reader = new EventReader();
    private final long allowedLatenessMs;
    private final long allowedSkewMs;

    EventJudge(Duration allowedLateness, Duration allowedSkew) {
        this.allowedLatenessMs = allowedLateness.toMillis();
        this.allowedSkewMs = allowedSkew.toMillis();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        EventReading reading = reader.read(record.value());
        if (reading instanceof EventReading.Invalid invalid) {
            refuse(record, "invalid", invalid.detail());
        } else if (reading instanceof EventReading.Valid valid) {
            judge(record, valid);
        }
    }

    private void judge(Record<byte[], byte[]> record, EventReading.Valid valid) {
        long appended = record.timestamp();
        long happened =
                valid.event().time() == null ? appended : valid.event().time().toEpochMilli();
        if (appended - happened > allowedLatenessMs) {
            refuse(record, "late", "happened " + Duration.ofMillis(appended - happened) + " before it was received");
        } else if (happened - appended > allowedSkewMs) {
            refuse(record, "future", "is dated " + Duration.ofMillis(happened - appended) + " after it was received");
        } else {
            context()
                    .forward(record.withValue((Judgement) new Accepted(valid.event()))
                            .withTimestamp(happened));
        }
    }

    private void refuse(Record<byte[], byte[]> record, String reason, String detail) {
        context().forward(record.withValue((Judgement) new Refused(reason, detail, record)));
    }
}
