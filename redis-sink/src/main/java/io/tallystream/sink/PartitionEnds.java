package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka, without waiting for it, where partitions end. For one thread.
 *
 * <p>A consumer knows of an end too, but not of when: while it is paused or its broker is away that may be long ago.
 */
final class PartitionEnds implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(PartitionEnds.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final Admin admin;
    private final Clock clock;
    // One question of each partition at most; Kafka's client gives up those that nobody answers.
    private final Map<TopicPartition, Question> questions = new HashMap<>();
    private boolean hasWarned;

    /**
     * Where a partition ended.
     *
     * @param offset behind the last record that was committed
     * @param asOf when this was asked, in epoch milliseconds: what was committed then is before the offset
     */
    record End(long offset, long asOf) {}

    private record Question(long askedAt, KafkaFuture<ListOffsetsResultInfo> answer) {}

    /** Does not connect yet. */
    PartitionEnds(Map<String, Object> settings, Clock clock) {
        this.admin = Admin.create(settings);
        this.clock = requireNonNull(clock, "clock");
    }

    /** Asks about those of which no answer is due. */
    void ask(Collection<TopicPartition> partitions) {
        Set<TopicPartition> asked = new HashSet<>(partitions);
        asked.removeAll(questions.keySet());
        if (asked.isEmpty()) {
            return;
        }
        long now = clock.millis();
        ListOffsetsResult result = admin.listOffsets(
                asked.stream().collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest())),
                new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
        asked.forEach(partition -> questions.put(partition, new Question(now, result.partitionResult(partition))));
    }

    /** What was answered since the last call. Where there was no answer in time it may be asked again. */
    Map<TopicPartition, End> answers() {
        Map<TopicPartition, End> ends = new HashMap<>();
        // Looked at once: in between another may be answered.
        questions.entrySet().removeIf(entry -> {
            Question question = entry.getValue();
            if (!question.answer().isDone()) {
                return false;
            }
            if (question.answer().isCompletedExceptionally()) {
                warn(entry.getKey(), question.answer());
            } else {
                ends.put(entry.getKey(), new End(offset(question.answer()), question.askedAt()));
                hasWarned = false;
            }
            return true;
        });
        return ends;
    }

    // Once, until one is answered: the same goes for all of them, and again a moment later.
    private void warn(TopicPartition partition, KafkaFuture<ListOffsetsResultInfo> refused) {
        if (!hasWarned) {
            hasWarned = true;
            var unused = refused.whenComplete((end, failure) -> LOGGER.warn(
                    "Kafka does not tell where {} ends; until it does, nobody is told until when counts are complete: {}",
                    partition,
                    failure.toString()));
        }
    }

    private static long offset(KafkaFuture<ListOffsetsResultInfo> answer) {
        try {
            return answer.getNow(null).offset();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e); // It is done, and did not fail.
        }
    }

    @Override
    public void close() {
        admin.close(CLOSE_LIMIT);
    }
}
