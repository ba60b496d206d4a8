package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.Figures;
import io.tallystream.benchmarks.Options;
import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.streams.KafkaStreams;

/**
 * How many events a second the processor counts, beside the plain DSL on the same topics and the same broker, which runs in this
 * JVM on the same processors. Contenders alternate; each reads everything from the beginning, exactly once, and the clock runs
 * from when it is running until all it has read and passed on is committed.
 *
 * <p>Arguments: {@code events} for ours (3000000) and {@code dsl-events} (100000), {@code users} (100000), {@code endpoints} (50),
 * {@code rounds} (3), {@code intervals} of commits in ms (200,500,1000), {@code contenders} (dsl,engine,engine_deduplicating).
 */
public final class ThroughputBenchmark {
    private ThroughputBenchmark() {}

    /** Runs it and prints a table. */
    public static void main(String[] args) throws Exception {
        Options options =
                new Options(args, "events", "dsl-events", "users", "endpoints", "rounds", "intervals", "contenders");
        int events = options.number("events", 3_000_000);
        int dslEvents = options.number("dsl-events", 100_000);
        List<Contender> contenders = Contender.of(options.texts("contenders", "dsl,engine,engine_deduplicating"));
        List<Integer> intervals = options.numbers("intervals", "200,500,1000");
        Figures rates = new Figures();
        Path folder = Files.createTempDirectory("tallystream-benchmark");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0))) {
            for (int round = 0; round < options.number("rounds", 3); round++) {
                for (int interval : intervals) {
                    for (Contender contender : contenders) {
                        String application = "%s-%d-%d".formatted(contender, interval, round);
                        Contender.Run run = new Contender.Run(application, folder, kafka.bootstrapServers(), interval);
                        EventSource source = new EventSource(
                                options.number("users", 100_000),
                                options.number("endpoints", 50),
                                contender.needsIds());
                        double rate = rate(contender, run, source, contender == Contender.DSL ? dslEvents : events);
                        rates.add(name(contender, interval), rate);
                    }
                }
            }
        }
        rates.print("events/s");
        if (contenders.containsAll(List.of(Contender.DSL, Contender.ENGINE))) {
            for (int interval : intervals) {
                System.out.printf(
                        "commit every %d ms: %.1f times the plain DSL%n",
                        interval,
                        rates.median(name(Contender.ENGINE, interval)) / rates.median(name(Contender.DSL, interval)));
            }
        }
    }

    private static String name(Contender contender, int interval) {
        return "%s, commit every %d ms".formatted(contender, interval);
    }

    /** Events a second of one run. */
    static double rate(Contender contender, Contender.Run run, EventSource source, int events) throws Exception {
        try (EventTopics topics = new EventTopics(run.servers(), run.config())) {
            topics.write(source, events);
            KafkaStreams streams = contender.start(run);
            long begin = System.nanoTime();
            topics.awaitDone(run.application());
            double seconds = (System.nanoTime() - begin) / 1e9;
            Contender.stop(streams);
            return events / seconds;
        }
    }
}
