package io.tallystream.sink;

import static io.tallystream.sink.SinkTopics.count;

import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Counts that grow with each round. */
final class CountRounds {
    // So many keys that on a cluster each server has some.
    private static final int EARLIER_HOURS = 15;

    private final SinkTopics topics;
    private final OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    private int round;

    CountRounds(SinkTopics topics) {
        this.topics = topics;
    }

    /** Raises some counts of every topic, adds others, and some that have expired. */
    void commit() {
        round++;
        LocalDate today = now.toLocalDate();
        String minute = label(now.truncatedTo(ChronoUnit.MINUTES));
        String hour = label(now.truncatedTo(ChronoUnit.HOURS));
        String expired = label(now.minusDays(8).truncatedTo(ChronoUnit.MINUTES));
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int hours = 1; hours <= EARLIER_HOURS; hours++) {
            String earlier = label(now.minusHours(hours).truncatedTo(ChronoUnit.HOURS));
            records.add(count(
                    "counts-hour",
                    hours % SinkTopics.PARTITIONS,
                    "calls|hour|" + earlier + "|endpoint|same",
                    10L * round));
        }
        for (int partition = 0; partition < SinkTopics.PARTITIONS; partition++) {
            for (String member : List.of("same", "round-" + round)) {
                String suffix = member + "-" + partition;
                for (int step = 0; step < 3; step++) {
                    long value = 10L * round + step;
                    records.add(
                            count("counts-minute", partition, "calls|minute|" + minute + "|endpoint|" + suffix, value));
                    records.add(count(
                            "counts-minute", partition, "calls|minute|" + expired + "|endpoint|" + suffix, value));
                    records.add(count("counts-hour", partition, "calls|hour|" + hour + "|endpoint|" + suffix, value));
                    records.add(count("counts-day", partition, "calls|day|" + today + "|status|" + suffix, value));
                    records.add(count("counts-user-day", partition, "calls|day|" + today + "|user|" + suffix, value));
                    records.add(count("counts-lifetime", partition, "clicks|lifetime|all|user|" + suffix, value));
                }
            }
        }
        topics.commit(records);
    }

    private static String label(OffsetDateTime time) {
        return time.toString();
    }
}
