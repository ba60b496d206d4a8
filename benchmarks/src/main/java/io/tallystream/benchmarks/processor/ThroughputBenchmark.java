package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many events a second the processor counts, beside the plain Kafka Streams DSL, a Flink job, and the least there is to
 * do: each in a process of its own on the same events, with the same heap and threads, committing as often, exactly once.
 * The broker is in this JVM, on the same processors.
 */
public final class ThroughputBenchmark implements Benchmark {
    /** Who can be chosen. */
    public static final List<String> CONTENDERS = Contender.names(EnumSet.allOf(Contender.class));

    private enum Events {
        WITHOUT_USERS,
        WITH_USERS,
        WITH_IDS,
        FEWER,
        FEWEST
    }

    private record Entry(Events events, Contender contender) {}

    private static final List<Entry> WITHOUT_USERS = List.of(
            new Entry(Events.WITHOUT_USERS, Contender.ENGINE),
            new Entry(Events.WITHOUT_USERS, Contender.FLINK_HEAP),
            new Entry(Events.WITHOUT_USERS, Contender.BOUND));
    private static final List<Entry> WITH_USERS = List.of(
            new Entry(Events.WITH_USERS, Contender.ENGINE),
            new Entry(Events.WITH_IDS, Contender.ENGINE_DEDUPLICATING),
            new Entry(Events.WITH_USERS, Contender.FLINK_ROCKSDB),
            new Entry(Events.WITH_USERS, Contender.FLINK_HEAP),
            new Entry(Events.WITH_USERS, Contender.BOUND),
            new Entry(Events.FEWER, Contender.FLINK_SQL),
            new Entry(Events.FEWEST, Contender.DSL));

    /**
     * Options: {@code events} without users (24000000), {@code user-events} (12000000) with users, of which Flink SQL and
     * the plain DSL get fewer, {@code sql-events} (2000000) and {@code dsl-events} (200000), {@code users} (100000),
     * {@code endpoints} (50), {@code intervals} of commits in ms (200,1000), {@code threads} (2), {@code heap} (1g),
     * {@code contenders} by their names in lower case (all).
     */
    @Override
    public void run(Session session) throws Exception {
        List<Integer> intervals = session.options().numbers("intervals", session.isQuick() ? "200" : "200,1000");
        List<Contender> contenders = Contender.of(session.options().texts("contenders", String.join(",", CONTENDERS)));
        Map<Events, EventSet> sets = new EnumMap<>(Events.class);
        try {
            for (Entry entry : entries(contenders)) {
                if (!sets.containsKey(entry.events())) {
                    EventSet.Shape shape = shape(session, entry.events());
                    session.tell("writing %,d events".formatted(shape.events()));
                    sets.put(
                            entry.events(),
                            EventSet.write(shape, session.folder().resolve("kafka-" + entry.events())));
                }
            }
            Map<Integer, Tables> tables = new LinkedHashMap<>();
            for (int interval : intervals) {
                tables.put(interval, new Tables(session, interval));
            }
            for (int round = 1; round <= session.rounds(); round++) {
                for (int interval : intervals) {
                    for (Entry entry : entries(contenders)) {
                        Measurement measurement = measure(session, sets.get(entry.events()), entry, interval);
                        session.tell("round %d, commit every %d ms, %s, %s: %,.0f events/s"
                                .formatted(
                                        round,
                                        interval,
                                        entry.events() == Events.WITHOUT_USERS ? "without users" : "with users",
                                        entry.contender().label(),
                                        measurement.figure()));
                        tables.get(interval).add(entry, measurement);
                    }
                }
            }
        } finally {
            for (EventSet set : sets.values()) {
                set.close();
            }
        }
    }

    private static Measurement measure(Session session, EventSet events, Entry entry, int interval) throws Exception {
        Run run = new Run(
                "",
                session.folder(),
                events.servers(),
                interval,
                session.options().number("threads", 2));
        return new Trial(events, session.options().text("heap", "1g")).measure(entry.contender(), run);
    }

    private static List<Entry> entries(List<Contender> contenders) {
        List<Entry> entries = new ArrayList<>(WITHOUT_USERS);
        entries.addAll(WITH_USERS);
        entries.removeIf(entry -> !contenders.contains(entry.contender()));
        return entries;
    }

    private static EventSet.Shape shape(Session session, Events events) {
        int withoutUsers = session.number("events", 24_000_000, 400_000);
        int withUsers = session.number("user-events", 12_000_000, 400_000);
        int users = session.options().number("users", 100_000);
        int endpoints = session.options().number("endpoints", 50);
        return switch (events) {
            case WITHOUT_USERS -> new EventSet.Shape(withoutUsers, 0, endpoints, false);
            case WITH_USERS -> new EventSet.Shape(withUsers, users, endpoints, false);
            case WITH_IDS -> new EventSet.Shape(withUsers, users, endpoints, true);
            case FEWER -> new EventSet.Shape(session.number("sql-events", 2_000_000, 40_000), users, endpoints, false);
            case FEWEST -> new EventSet.Shape(session.number("dsl-events", 200_000, 20_000), users, endpoints, false);
        };
    }

    /** What is compared at one interval. */
    private static final class Tables {
        private final Comparison withoutUsers;
        private final Comparison withUsers;
        private final Comparison besideDsl;
        private final Comparison ofBound;

        Tables(Session session, int interval) {
            String every = ", committed every " + interval + " ms";
            withoutUsers = table(session, "counting events without users" + every, Contender.FLINK_HEAP);
            withUsers = table(session, "counting events with users" + every, Contender.FLINK_ROCKSDB);
            besideDsl = table(session, "beside the plain DSL and SQL, with users" + every, Contender.DSL);
            ofBound = table(session, "of the bound, without users" + every, Contender.BOUND);
        }

        private static Comparison table(Session session, String title, Contender baseline) {
            return session.report().comparison(title, "events per second", baseline.label());
        }

        void add(Entry entry, Measurement measurement) {
            String label = entry.contender().label();
            boolean ours = entry.contender() == Contender.ENGINE;
            if (entry.events() == Events.WITHOUT_USERS) {
                withoutUsers.add(label, measurement);
                if (ours || entry.contender() == Contender.BOUND) {
                    ofBound.add(label, measurement);
                }
            } else {
                withUsers.add(label, measurement);
                if (ours || entry.events() == Events.FEWER || entry.events() == Events.FEWEST) {
                    besideDsl.add(label, measurement);
                }
            }
        }
    }
}
