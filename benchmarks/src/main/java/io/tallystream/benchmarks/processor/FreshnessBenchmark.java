package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.embedded.EmbeddedKafka;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * How long after its append an event is in the counts that a read_committed consumer sees, while events keep coming at a rate.
 * One event of some is a probe: a call of an endpoint of its own, whose count goes through both phases. In the time before the
 * probes everything is compiled and each user is seen for the first time.
 */
public final class FreshnessBenchmark implements Benchmark {
    /** Who can be chosen: all whose counts can be seen. */
    public static final List<String> CONTENDERS = Contender.names(EnumSet.complementOf(EnumSet.of(Contender.BOUND)));

    private static final int EVENTS_A_PROBE = 500;
    private static final long SLICE_MS = 10;
    private static final long PATIENCE_MS = 30_000;

    /**
     * Options: {@code rate} of events a second (100000), {@code warm-up} seconds without probes (15), {@code seconds} with (20),
     * {@code users} (100000), {@code endpoints} (50), {@code intervals} of commits in ms (100,200,500,1000), {@code threads} (2),
     * {@code heap} (1g), {@code contenders} (engine,flink_heap,flink_rocksdb).
     */
    @Override
    public void run(Session session) throws Exception {
        List<Integer> intervals =
                session.options().numbers("intervals", session.isQuick() ? "200" : "100,200,500,1000");
        List<Contender> contenders =
                Contender.of(session.options().texts("contenders", "engine,flink_heap,flink_rocksdb"));
        int rate = session.number("rate", 100_000, 5_000);
        Map<Integer, Map<Integer, Comparison>> tables = new LinkedHashMap<>();
        for (int interval : intervals) {
            Map<Integer, Comparison> ofPercentiles = new LinkedHashMap<>();
            for (int percentile : List.of(50, 99)) {
                ofPercentiles.put(
                        percentile,
                        session.report()
                                .comparison(
                                        "from append to visible count, p%d, at %,d events/s, committed every %d ms"
                                                .formatted(percentile, rate, interval),
                                        "ms",
                                        Contender.FLINK_ROCKSDB.label()));
            }
            tables.put(interval, ofPercentiles);
        }
        try (EmbeddedKafka kafka =
                EmbeddedKafka.start(new EmbeddedKafka.Config(session.folder().resolve("kafka"), 0))) {
            for (int round = 1; round <= session.rounds(); round++) {
                for (int interval : intervals) {
                    for (Contender contender : contenders) {
                        Run run = new Run(
                                "fresh-%s-%d-%d".formatted(contender, interval, round),
                                session.folder(),
                                kafka.bootstrapServers(),
                                interval,
                                session.options().number("threads", 2));
                        session.tell("round %d, commit every %d ms, %s".formatted(round, interval, contender.label()));
                        long[] delays = delays(session, contender, run, rate);
                        tables.get(interval)
                                .forEach((percentile, table) -> table.add(contender.label(), Measurement.of((double)
                                        delays[delays.length * percentile / 100])));
                    }
                }
            }
        }
    }

    /** Of each probe, in ms, sorted. */
    private static long[] delays(Session session, Contender contender, Run run, double eventsPerSecond)
            throws Exception {
        EventSource source = new EventSource(
                session.options().number("users", 100_000), session.options().number("endpoints", 50), false);
        try (EventTopics topics = new EventTopics(run.servers(), run.config());
                KafkaProducer<byte[], byte[]> producer = topics.producer()) {
            EventTopics.writeOneToEachPartition(producer, source);
            String heap = session.options().text("heap", "1g");
            try (ContenderProcess process = ContenderProcess.start(contender, run, heap, true);
                    ProbeWatch watch = new ProbeWatch(run.servers())) {
                Map<String, Future<RecordMetadata>> probes = send(
                        producer,
                        source,
                        eventsPerSecond,
                        session.number("warm-up", 15, 3),
                        session.number("seconds", 20, 3));
                watch.await(probes.keySet(), PATIENCE_MS);
                long[] delays = new long[probes.size()];
                int i = 0;
                for (Map.Entry<String, Future<RecordMetadata>> probe : probes.entrySet()) {
                    delays[i++] =
                            watch.seen(probe.getKey()) - probe.getValue().get().timestamp();
                }
                Arrays.sort(delays);
                if (!process.isAlive()) {
                    throw new IOException(contender.label() + " ended: " + process.lastWords());
                }
                return delays;
            }
        }
    }

    /** The probes among what is sent, and when they were appended. */
    private static Map<String, Future<RecordMetadata>> send(
            KafkaProducer<byte[], byte[]> producer, EventSource source, double eventsPerSecond, int warmUp, int seconds)
            throws Exception {
        Map<String, Future<RecordMetadata>> probes = new HashMap<>();
        Future<RecordMetadata> last = null;
        long begin = System.nanoTime();
        long total = Math.round(eventsPerSecond * (warmUp + seconds));
        long firstProbe = Math.round(eventsPerSecond * warmUp);
        for (long sent = 0; sent < total; ) {
            long due = Math.min(total, Math.round((System.nanoTime() - begin) / 1e9 * eventsPerSecond));
            for (; sent < due; sent++) {
                if (sent >= firstProbe && sent % EVENTS_A_PROBE == 0) {
                    String endpoint = ProbeWatch.PREFIX + sent;
                    last = producer.send(source.probe(endpoint));
                    probes.put(endpoint, last);
                } else {
                    last = producer.send(source.next());
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SLICE_MS));
        }
        producer.flush();
        if (last != null) {
            last.get();
        }
        return probes;
    }
}
