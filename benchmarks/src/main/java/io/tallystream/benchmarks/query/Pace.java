package io.tallystream.benchmarks.query;

import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Requests at a fixed rate, whether or not those before have been answered. */
final class Pace {
    private static final long PATIENCE_SECONDS = 60;

    private final long[] nanos;

    private Pace(long[] nanos) {
        this.nanos = nanos;
    }

    /**
     * Sends them and waits for all answers. Each takes from when it was due: one that is sent late, because of those before, is slow.
     *
     * @throws IllegalStateException if one failed or had no answer
     */
    static Pace of(int perSecond, int seconds, Supplier<CompletionStage<?>> request) throws InterruptedException {
        int number = perSecond * seconds;
        long[] nanos = new long[number];
        CountDownLatch rest = new CountDownLatch(number);
        AtomicReference<Throwable> failed = new AtomicReference<>();
        long begin = System.nanoTime();
        for (int i = 0; i < number; i++) {
            long due = begin + i * 1_000_000_000L / perSecond;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
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
        Arrays.sort(nanos);
        return new Pace(nanos);
    }

    /** In microseconds. */
    double percentile(double part) {
        return nanos[(int) Math.ceil(part * nanos.length) - 1] / 1e3;
    }
}
