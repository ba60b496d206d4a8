package io.tallystream.benchmarks.load;

import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Requests at a fixed rate, whether or not those before have been answered. */
public final class Pace {
    private static final long PATIENCE_SECONDS = 60;

    private Pace() {}

    /** One request, which is over when this returns. */
    @FunctionalInterface
    public interface Request {
        /**
         * Sends it and waits for its answer.
         *
         * @param dueNanos when it was to be sent, of {@link System#nanoTime}
         */
        void send(long dueNanos) throws IOException;
    }

    /** Sends one after the other for as long as that says; what could not be sent in time is sent as soon as it can be. */
    public static void oneByOne(double perSecond, BooleanSupplier goesOn, Request request) throws IOException {
        double interval = 1e9 / perSecond;
        long begin = System.nanoTime();
        for (long sent = 0; goesOn.getAsBoolean(); sent++) {
            long due = begin + (long) (sent * interval);
            awaitDue(due);
            request.send(due);
        }
    }

    private static void awaitDue(long due) {
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
    }

    /**
     * Sends them and waits for all answers. Each takes from when it was due: one that is sent late, because of those before,
     * is slow.
     *
     * @throws IllegalStateException if one failed or had no answer
     */
    public static Latencies run(int perSecond, int number, Supplier<CompletionStage<?>> request)
            throws InterruptedException {
        long[] nanos = new long[number];
        CountDownLatch rest = new CountDownLatch(number);
        AtomicReference<Throwable> failed = new AtomicReference<>();
        long begin = System.nanoTime();
        for (int i = 0; i < number; i++) {
            long due = begin + i * 1_000_000_000L / perSecond;
            awaitDue(due);
            int index = i;
            request.get().whenComplete((answer, failure) -> {
                nanos[index] = System.nanoTime() - due;
                if (failure != null) {
                    failed.set(failure);
                }
                rest.countDown();
            });
        }
        if (!rest.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(rest.getCount() + " requests had no answer");
        }
        if (failed.get() != null) {
            throw new IllegalStateException("a request failed", failed.get());
        }
        return Latencies.ofNanos(nanos);
    }
}
