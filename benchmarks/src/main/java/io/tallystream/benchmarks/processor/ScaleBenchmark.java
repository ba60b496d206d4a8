package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * How what the processor does changes with what it is given: events a second with its threads, what an event costs with the
 * number of users and of endpoints, and how long it takes from its kill until it has counted what came since with the state
 * it has.
 */
public final class ScaleBenchmark implements Benchmark {
    /** What can be chosen of it. */
    public static final List<String> PARTS = List.of("threads", "users", "endpoints", "restart");

    private static final String PER_SECOND = "events per second";
    private static final int ENDPOINTS = 50;

    /**
     * Options: {@code events} (12000000) of each set, {@code threads} (1,2,4), {@code users} (1000,100000,1000000) and
     * {@code endpoints} (50,1000,10000) to go through, {@code interval} of commits in ms (200), {@code heap} (1g),
     * {@code parts} of it (threads,users,endpoints,restart).
     */
    @Override
    public void run(Session session) throws Exception {
        Set<String> parts = new TreeSet<>(session.options().texts("parts", String.join(",", PARTS)));
        List<Integer> users =
                session.options().numbers("users", session.isQuick() ? "1000,10000" : "1000,100000,1000000");
        if (parts.contains("threads")) {
            threads(session);
        }
        if (parts.contains("users")) {
            sets(
                    session,
                    session.report().comparison("by the number of users", PER_SECOND, numbered(users.get(0), "users")),
                    users.stream()
                            .map(number -> new Named(numbered(number, "users"), shape(session, number, ENDPOINTS)))
                            .toList());
        }
        if (parts.contains("endpoints")) {
            List<Integer> endpoints =
                    session.options().numbers("endpoints", session.isQuick() ? "50,1000" : "50,1000,10000");
            sets(
                    session,
                    session.report()
                            .comparison(
                                    "by the number of endpoints, without users",
                                    PER_SECOND,
                                    numbered(endpoints.get(0), "endpoints")),
                    endpoints.stream()
                            .map(number -> new Named(numbered(number, "endpoints"), shape(session, 0, number)))
                            .toList());
        }
        if (parts.contains("restart")) {
            restarts(session, users);
        }
    }

    private record Named(String name, EventSet.Shape shape) {}

    private static String numbered(int number, String of) {
        return String.format(Locale.ROOT, "%,d %s", number, of);
    }

    private static EventSet.Shape shape(Session session, int users, int endpoints) {
        return new EventSet.Shape(session.number("events", 12_000_000, 200_000), users, endpoints, false);
    }

    private static Run run(Session session, EventSet events, int threads) {
        return new Run("", session.folder(), events.servers(), session.options().number("interval", 200), threads);
    }

    private static Measurement measure(Session session, EventSet events, int threads) throws Exception {
        return new Trial(events, heap(session)).measure(Contender.ENGINE, run(session, events, threads));
    }

    private static String heap(Session session) {
        return session.options().text("heap", "1g");
    }

    private static Path kafka(Session session, String name) {
        return session.folder().resolve("kafka-" + name.replaceAll("[^a-z0-9]", "-"));
    }

    private static void threads(Session session) throws Exception {
        List<Integer> threads = session.options().numbers("threads", session.isQuick() ? "1,2" : "1,2,4");
        Comparison withoutUsers = session.report()
                .comparison("by the number of threads, without users", PER_SECOND, numbered(threads.get(0), "threads"));
        Comparison withUsers = session.report()
                .comparison("by the number of threads, with users", PER_SECOND, numbered(threads.get(0), "threads"));
        session.tell("writing events without and with users");
        int users = session.isQuick() ? 10_000 : 100_000;
        try (EventSet nobody = EventSet.write(shape(session, 0, ENDPOINTS), kafka(session, "nobody"));
                EventSet somebody = EventSet.write(shape(session, users, ENDPOINTS), kafka(session, "somebody"))) {
            for (int round = 1; round <= session.rounds(); round++) {
                for (int number : threads) {
                    String name = numbered(number, "threads");
                    session.tell("round " + round + ": " + name);
                    withoutUsers.add(name, measure(session, nobody, number));
                    withUsers.add(name, measure(session, somebody, number));
                }
            }
        }
    }

    /** One after the other, each with all its rounds: so many events need not be there at once. */
    private static void sets(Session session, Comparison comparison, List<Named> shapes) throws Exception {
        for (Named named : shapes) {
            session.tell("writing events: " + named.name());
            try (EventSet events = EventSet.write(named.shape(), kafka(session, named.name()))) {
                for (int round = 1; round <= session.rounds(); round++) {
                    session.tell("round " + round + ": " + named.name());
                    comparison.add(named.name(), measure(session, events, 2));
                }
            }
        }
    }

    /**
     * Kill -9, and the events that come then. What a restart restores, it restores from Kafka: exactly once trusts no
     * half-written state.
     */
    private static void restarts(Session session, List<Integer> users) throws Exception {
        Comparison comparison = session.report()
                .comparison("from a kill until counting again, by users", "ms", numbered(users.get(0), "users"));
        for (int number : users) {
            String name = numbered(number, "users");
            session.tell("writing events: " + name);
            // Each of them twice, about: enough for all to be there.
            EventSet.Shape shape = new EventSet.Shape(Math.max(100_000, number * 2), number, ENDPOINTS, false);
            try (EventSet events = EventSet.write(shape, kafka(session, "restart-" + name))) {
                for (int round = 1; round <= session.rounds(); round++) {
                    session.tell("round " + round + ": restart with " + name);
                    comparison.add(name, Measurement.of(restart(session, events, round)));
                }
            }
        }
    }

    private static double restart(Session session, EventSet events, int round) throws Exception {
        EventTopics topics = events.topics();
        topics.clearOutputs();
        Run run = run(session, events, 2).as("restart-" + events.shape().users() + "-" + round);
        try (ContenderProcess killed = ContenderProcess.start(Contender.ENGINE, run, heap(session), true)) {
            topics.awaitDone(run.application(), killed.handle());
        }
        long begin = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer = topics.producer()) {
            EventTopics.writeOneToEachPartition(producer, events.shape().source());
        }
        try (ContenderProcess again = ContenderProcess.start(Contender.ENGINE, run, heap(session), true)) {
            topics.awaitDone(run.application(), again.handle());
            return (System.nanoTime() - begin) / 1e6;
        }
    }
}
