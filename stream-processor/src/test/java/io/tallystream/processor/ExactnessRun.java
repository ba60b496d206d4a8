package io.tallystream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.schema.kafka.DeadLetterHeaders;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Two processors count a stream while they are ended and restarted; then all that they have written is compared with a recount of
 * what they have read. Nothing is left to time: records are written until all faults have happened, each fault while there are
 * records to count and after both processors have recovered from the one before.
 */
final class ExactnessRun implements AutoCloseable {
    private static final int PARTITIONS = 4;
    private static final int BATCH = 500;
    private static final int RETURNING = 200;
    private static final int MOST_TOLD = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    // Past the horizon by more than partitions are read apart from one another.
    private static final Duration PAST_HORIZON = Duration.ofSeconds(2);

    private final Plan plan;
    private final EmbeddedKafka kafka;
    private final ProcessorTopics topics;
    private final ProcessorFleet fleet;
    private final EventStream stream;
    private final ExecutorService writer = Executors.newSingleThreadExecutor();
    private final AtomicLong written = new AtomicLong();
    private final List<String> story = new ArrayList<>();
    private final long begin = System.nanoTime();
    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
    private volatile boolean faultsAreOver;

    /** What goes wrong. */
    enum Fault {
        /** {@code kill -9}, and a new start. */
        KILL,
        /** SIGTERM, and a new start when it has ended. */
        RESTART,
        /**
         * SIGSTOP until its session is over and the other has counted on in its stead; SIGCONT while, in most cases, the
         * transaction that it was in is still open.
         */
        FREEZE,
        /** SIGSTOP until Kafka has ended the transaction that it was in too. */
        LONG_FREEZE
    }

    /**
     * What happens.
     *
     * @param seed of the stream
     * @param records that are written at least
     * @param mostAhead how many of them may wait to be counted
     * @param users how many there are
     * @param horizon of deduplication
     * @param faults in their order, which strike the two processors in turn
     * @param processor variables of the processors
     * @param broker settings of Kafka
     */
    record Plan(
            long seed,
            int records,
            int mostAhead,
            int users,
            Duration horizon,
            List<Fault> faults,
            Map<String, String> processor,
            Map<String, String> broker) {}

    ExactnessRun(Path folder, Plan plan) {
        this.plan = plan;
        // A broker of its own: on the shared one the topics of the test before may still be on their way out.
        kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0, plan.broker()));
        topics = new ProcessorTopics(kafka.bootstrapServers());
        Map<String, String> variables = new HashMap<>(plan.processor());
        variables.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        variables.put("PARTITIONS", Integer.toString(PARTITIONS));
        variables.put("DEDUPLICATION_HORIZON", plan.horizon().toString());
        fleet = new ProcessorFleet(folder, variables);
        stream = new EventStream(
                plan.seed(), PARTITIONS, plan.users(), plan.horizon().dividedBy(4));
    }

    /** Runs all of it. */
    void run() throws Exception {
        fleet.add();
        fleet.add();
        topics.awaitTopics();
        try (CountsWatcher watcher = new CountsWatcher(topics, written::get)) {
            // A producer with several batches on their way to a partition that is only just being made can have
            // the second taken and the first refused, for good: one each, awaited, and all partitions are there.
            stream.oneForEachPartition().forEach(record -> write(List.of(record)));
            writing = CompletableFuture.runAsync(() -> writeAll(watcher), writer);
            for (int i = 0; i < plan.faults().size(); i++) {
                awaitProgress(
                        watcher,
                        (long) plan.records() * (i + 1) / (plan.faults().size() + 1));
                strike(plan.faults().get(i), i % 2, watcher);
            }
            faultsAreOver = true;
            writing.join();
            TopicsRecount recount = new TopicsRecount(plan.horizon());
            topics.readToEnd(Topics.EVENTS, recount::take);
            Map<String, Long> truth = recount.counts();
            tell("%d records written, %d refused"
                    .formatted(recount.records(), recount.refused().size()));
            awaitTruth(watcher, truth);
            fleet.stopAll();
            requireExact(truth, recount);
            assertThat(watcher.objections()).isEmpty();
            tell("%d counts under %d keys are exact".formatted(watcher.records(), truth.size()));
        }
    }

    /** What has happened so far. */
    String story() {
        return "seed " + plan.seed() + "\n" + String.join("\n", story);
    }

    private void writeAll(CountsWatcher watcher) {
        write(stream.thatWillReturn(RETURNING));
        long returnAt = System.nanoTime() + plan.horizon().plus(PAST_HORIZON).toNanos();
        while (written.get() < plan.records() || !faultsAreOver || System.nanoTime() < returnAt) {
            awaitCounting(watcher, () -> written.get() - watcher.counted() < plan.mostAhead());
            write(stream.next(BATCH));
        }
        // Past the horizon the same ids are events again, and repeated at once they are not.
        write(stream.thoseThatReturn());
        write(stream.thoseThatReturn());
    }

    private void write(List<ProducerRecord<byte[], byte[]>> records) {
        // Before they are: counts may be read sooner than the acknowledgement.
        written.addAndGet(records.size());
        topics.writeAll(records);
    }

    private void requireAlive() throws IOException {
        fleet.requireAlive();
        if (writing.isCompletedExceptionally()) {
            writing.join();
        }
    }

    private void awaitProgress(CountsWatcher watcher, long beyond) {
        awaitCounting(watcher, () -> {
            requireAlive();
            return watcher.counted() > beyond;
        });
    }

    /** What is lost or waits for ever is seen here before it can be compared. */
    private void awaitCounting(CountsWatcher watcher, Callable<Boolean> condition) {
        try {
            awaiting().until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "%d of %d records are counted, and no more come; seen to go wrong: %s"
                            .formatted(watcher.counted(), written.get(), watcher.objections()),
                    e);
        }
    }

    private void strike(Fault fault, int which, CountsWatcher watcher) throws Exception {
        Map<String, Set<TopicPartition>> before = awaitTwo(Set.of());
        long counted = watcher.counted();
        long waiting = written.get() - counted;
        assertThat(waiting).as("records that wait to be counted").isPositive();
        switch (fault) {
            case KILL -> fleet.kill(which);
            case RESTART -> fleet.restart(which);
            case FREEZE, LONG_FREEZE -> {
                fleet.freeze(which);
                awaitTakenOver(before);
                if (fault == Fault.LONG_FREEZE) {
                    // Counts can be read again, so no transaction hides them.
                    awaitProgress(watcher, counted + 2L * plan.mostAhead());
                }
                fleet.thaw(which);
            }
        }
        awaitTwo(before.keySet());
        long recovered = watcher.counted();
        awaitProgress(watcher, recovered);
        tell("%s of processor %d with %d counted and %d waiting; recovered with %d counted"
                .formatted(fault, which, counted, waiting, recovered));
    }

    /** Waits until both share the work, and are others than those. */
    private Map<String, Set<TopicPartition>> awaitTwo(Set<String> others) {
        return awaiting()
                .until(
                        () -> {
                            requireAlive();
                            return topics.members(ProcessorConfig.APPLICATION_ID);
                        },
                        members -> members.size() == 2 && !members.keySet().equals(others));
    }

    /** Waits until the other has all that the frozen one had, and has committed what it read of it. */
    private void awaitTakenOver(Map<String, Set<TopicPartition>> before) throws Exception {
        Map<TopicPartition, Long> committed = topics.committed(ProcessorConfig.APPLICATION_ID);
        awaiting().until(() -> {
            Map<String, Set<TopicPartition>> members = topics.members(ProcessorConfig.APPLICATION_ID);
            if (members.size() != 1) {
                return false;
            }
            Set<TopicPartition> orphans = new HashSet<>();
            before.forEach((member, partitions) -> {
                if (!members.containsKey(member)) {
                    orphans.addAll(partitions);
                }
            });
            Map<TopicPartition, Long> now = topics.committed(ProcessorConfig.APPLICATION_ID);
            return orphans.stream()
                    .anyMatch(orphan -> now.getOrDefault(orphan, 0L) > committed.getOrDefault(orphan, 0L));
        });
    }

    private void awaitTruth(CountsWatcher watcher, Map<String, Long> truth) {
        Map<String, Long> expected = comparable(truth);
        try {
            awaiting().pollInterval(Duration.ofMillis(500)).until(() -> {
                requireAlive();
                Map<String, Long> seen = comparable(watcher.highest());
                // What is above the truth does not come down.
                return seen.equals(expected)
                        || seen.entrySet().stream()
                                .anyMatch(entry -> entry.getValue() > expected.getOrDefault(entry.getKey(), 0L));
            });
        } catch (ConditionTimeoutException e) {
            tell("no more counts come");
        }
        requireSame(watcher.highest(), truth, watcher);
    }

    private static void requireSame(Map<String, Long> counts, Map<String, Long> truth, CountsWatcher watcher) {
        List<String> differences = differences(counts, truth);
        assertThat(some(differences))
                .as(() -> "%d counts differ from the truth; %d records counted of %d; seen to go wrong: %s"
                        .formatted(
                                differences.size(),
                                sumOf(counts, "events|day|"),
                                sumOf(truth, "events|day|"),
                                watcher.objections()))
                .isEmpty();
    }

    /** Reads all once more, now that nobody writes. */
    private void requireExact(Map<String, Long> truth, TopicsRecount recount) throws Exception {
        Map<String, Long> counts = new TreeMap<>();
        topics.readToEnd(Topics.counts(), record -> ProcessorTopics.take(record, counts));
        assertThat(some(differences(counts, truth))).isEmpty();
        assertThat(some(Books.errors(counts))).isEmpty();
        assertThat(sumOf(counts, "events|day|")).isEqualTo(recount.records());
        assertThat(counts.keySet().stream()
                        .filter(key -> key.startsWith("events|day|") && key.contains("|outcome|"))
                        .map(key -> key.substring(key.lastIndexOf('|') + 1)))
                .contains("accepted", "duplicate", "late", "future", "invalid");
        requireDeadLetters(recount);
        AtomicLong rerouted = new AtomicLong();
        topics.readToEnd(List.of(Topics.REROUTED), record -> rerouted.incrementAndGet());
        assertThat(rerouted.get()).isGreaterThan(plan.records() / 20);
    }

    /** Each refused record has one, with its bytes and the reason, and no other has. */
    private void requireDeadLetters(TopicsRecount recount) throws Exception {
        Map<TopicsRecount.Place, TopicsRecount.Refused> missing = new HashMap<>(recount.refused());
        List<String> wrong = new ArrayList<>();
        topics.readToEnd(List.of(Topics.DEAD_LETTERS), letter -> {
            TopicsRecount.Place origin = new TopicsRecount.Place(
                    header(letter, DeadLetterHeaders.TOPIC),
                    Integer.parseInt(header(letter, DeadLetterHeaders.PARTITION)),
                    Long.parseLong(header(letter, DeadLetterHeaders.OFFSET)));
            TopicsRecount.Refused refused = missing.remove(origin);
            if (refused == null) {
                wrong.add("a second one, or of a record that is counted: " + origin);
            } else if (!refused.reason().equals(header(letter, DeadLetterHeaders.REASON))
                    || !Arrays.equals(refused.key(), letter.key())
                    || !Arrays.equals(refused.value(), letter.value())) {
                wrong.add("another reason or other bytes: " + origin);
            }
        });
        missing.keySet().forEach(origin -> wrong.add("none: " + origin));
        assertThat(some(wrong)).isEmpty();
        assertThat(recount.refused().values())
                .extracting(TopicsRecount.Refused::reason)
                .contains("late", "future", "invalid");
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static List<String> differences(Map<String, Long> counts, Map<String, Long> truth) {
        Map<String, Long> is = comparable(counts);
        Map<String, Long> should = comparable(truth);
        Set<String> keys = new HashSet<>(is.keySet());
        keys.addAll(should.keySet());
        return keys.stream()
                .sorted()
                .filter(key -> !should.getOrDefault(key, 0L).equals(is.getOrDefault(key, 0L)))
                .map(key -> key + " is " + is.get(key) + " and should be " + should.get(key))
                .toList();
    }

    private static List<String> some(List<String> all) {
        List<String> some = new ArrayList<>(all.subList(0, Math.min(MOST_TOLD, all.size())));
        if (all.size() > MOST_TOLD) {
            some.add("and " + (all.size() - MOST_TOLD) + " more");
        }
        return some;
    }

    /**
     * Which of two copies of an event is the duplicate, and which of a user's events is processed first, depends on the order in
     * which partitions are read. So accepted and duplicate ones are compared together for each window, and apart only when added
     * up over windows, as new users are. All other counts do not depend on it.
     */
    private static Map<String, Long> comparable(Map<String, Long> counts) {
        Map<String, Long> comparable = new TreeMap<>();
        counts.forEach((key, count) -> {
            String[] parts = key.split("\\|", 5);
            boolean either = parts[4].equals("accepted") || parts[4].equals("duplicate");
            if (parts[0].equals("events") && either) {
                comparable.merge("events|" + parts[1] + "|*|outcome|" + parts[4], count, Long::sum);
                comparable.merge(
                        "events|" + parts[1] + "|" + parts[2] + "|outcome|accepted or duplicate", count, Long::sum);
            } else if (parts[0].equals("new_users")) {
                comparable.merge("new_users|" + parts[1] + "|*|" + parts[3] + "|" + parts[4], count, Long::sum);
            } else {
                comparable.put(key, count);
            }
        });
        return comparable;
    }

    private static long sumOf(Map<String, Long> counts, String beginning) {
        return counts.entrySet().stream()
                .filter(count ->
                        count.getKey().startsWith(beginning) && count.getKey().endsWith("|total|"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void tell(String what) {
        story.add("%3d s: %s"
                .formatted(Duration.ofNanos(System.nanoTime() - begin).toSeconds(), what));
    }

    private static ConditionFactory awaiting() {
        return await().atMost(PATIENCE)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20));
    }

    @Override
    public void close() {
        writer.shutdownNow();
        fleet.close();
        topics.close();
        kafka.close();
    }
}
