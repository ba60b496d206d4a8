package io.tallystream.faults.load;

import io.tallystream.faults.system.FlakyProxy;
import io.tallystream.faults.system.Installation;
import io.tallystream.faults.truth.Journal;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Clients of the gateways and a service that writes to Kafka itself, all at work until they are stopped. What is under way
 * is bounded by their number. Thread-safe.
 */
public final class Load implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final int DIRECT_SHARE = 10;

    private final ExecutorService threads = Executors.newCachedThreadPool(new DaemonThreads("fault-tests-load"));
    private final List<Future<?>> work = new ArrayList<>();
    private volatile boolean stopped;

    private Load() {}

    /**
     * Begins.
     *
     * @param seed what is sent follows from it, if not when
     * @param eventsPerSecond of all clients together, while they are answered
     */
    public static Load start(
            Installation installation, Journal journal, Requests requests, long seed, int eventsPerSecond) {
        Load load = new Load();
        SplittableRandom seeds = new SplittableRandom(seed);
        Pace pace = new Pace(eventsPerSecond);
        List<Integer> ports =
                installation.waysIn().stream().map(FlakyProxy::port).toList();
        for (int client = 0; client < CLIENTS; client++) {
            SplittableRandom random = seeds.split();
            Traffic traffic = new Traffic(random, journal, Clock.systemUTC());
            HttpSender sender = new HttpSender(traffic, journal, requests, random, ports);
            load.begin(() -> sender.sendOne(pace));
        }
        SplittableRandom random = seeds.split();
        DirectSender direct = new DirectSender(
                new Traffic(random, journal, Clock.systemUTC()),
                journal,
                random,
                installation.kafka().bootstrapServers());
        Pace slow = new Pace(Math.max(1, eventsPerSecond / DIRECT_SHARE));
        load.begin(() -> direct.sendOne(slow));
        return load;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    private void begin(Step step) {
        work.add(threads.submit(() -> {
            while (!stopped) {
                step.run();
            }
            return null;
        }));
    }

    /**
     * Lets each client finish what it is at, and returns when all have.
     *
     * @throws Exception what ended a client, or {@link java.util.concurrent.TimeoutException} if one gets no answer for that long
     */
    public void stop(Duration limit) throws Exception {
        stopped = true;
        long deadline = System.nanoTime() + limit.toNanos();
        for (Future<?> client : work) {
            client.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
    }
}
