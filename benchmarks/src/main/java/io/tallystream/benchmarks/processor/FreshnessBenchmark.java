package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.Options;
import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.streams.KafkaStreams;

/**
 * How long after its append an event is in the counts that a read_committed consumer sees, while events keep coming at half the
 * rate that the processor just has counted at. One event of some is a probe: a call of an endpoint of its own, whose count goes
 * through both phases. In the time before the probes everything is compiled and each user is seen for the first time.
 *
 * <p>Arguments: {@code events} to measure the rate with (2000000), {@code rate} instead of half of it, {@code warm-up} seconds without
 * probes (15), {@code seconds} with (20), {@code users} (100000), {@code endpoints} (50), {@code intervals} of commits in ms (200,500,1000), {@code contenders} (engine).
 */
public final class FreshnessBenchmark {
    private static final int EVENTS_A_PROBE = 500;
    private static final long SLICE_MS = 10;
    private static final long PATIENCE_MS = 30_000;

    private FreshnessBenchmark() {}

    /** Runs it and prints a table. */
    public static void main(String[] args) throws Exception {
        Options options = new Options(
                args, "events", "rate", "warm-up", "seconds", "users", "endpoints", "intervals", "contenders");
        Path folder = Files.createTempDirectory("tallystream-benchmark");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0))) {
            for (Contender contender : Contender.of(options.texts("contenders", "engine"))) {
                for (int interval : options.numbers("intervals", "200,500,1000")) {
                    measure(contender, interval, options, folder, kafka.bootstrapServers());
                }
            }
        }
    }

    private static void measure(Contender contender, int interval, Options options, Path folder, String servers)
            throws Exception {
        int users = options.number("users", 100_000);
        int endpoints = options.number("endpoints", 50);
        Contender.Run first = new Contender.Run(contender + "-rate-" + interval, folder, servers, interval);
        int given = options.number("rate", 0);
        double most = given > 0
                ? given * 2.0
                : ThroughputBenchmark.rate(
                        contender,
                        first,
                        new EventSource(users, endpoints, contender.needsIds()),
                        options.number("events", 2_000_000));
        Contender.Run run = new Contender.Run(contender + "-" + interval, folder, servers, interval);
        long[] delays = delays(
                contender,
                run,
                new EventSource(users, endpoints, contender.needsIds()),
                most / 2,
                options.number("warm-up", 15),
                options.number("seconds", 20));
        System.out.printf(
                "%s, commit every %d ms: %,.0f events/s; at %,.0f visible after p50 %d ms, p99 %d ms, at most %d ms;"
                        + " %.2f %% within 1 s (%d probes)%n",
                contender,
                interval,
                most,
                most / 2,
                delays[delays.length / 2],
                delays[delays.length * 99 / 100],
                delays[delays.length - 1],
                Arrays.stream(delays).filter(delay -> delay <= 1_000).count() * 100.0 / delays.length,
                delays.length);
    }

    private static long[] delays(
            Contender contender, Contender.Run run, EventSource source, double eventsPerSecond, int warmUp, int seconds)
            throws Exception {
        try (EventTopics topics = new EventTopics(run.servers(), run.config());
                KafkaProducer<byte[], byte[]> producer = topics.producer()) {
            EventTopics.writeOneToEachPartition(producer, source);
            KafkaStreams streams = contender.start(run);
            try (ProbeWatch watch = new ProbeWatch(run.servers())) {
                Map<String, Future<RecordMetadata>> probes = send(producer, source, eventsPerSecond, warmUp, seconds);
                watch.await(probes.keySet(), PATIENCE_MS);
                long[] delays = new long[probes.size()];
                int i = 0;
                for (Map.Entry<String, Future<RecordMetadata>> probe : probes.entrySet()) {
                    delays[i++] =
                            watch.seen(probe.getKey()) - probe.getValue().get().timestamp();
                }
                Arrays.sort(delays);
                return delays;
            } finally {
                Contender.stop(streams);
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
