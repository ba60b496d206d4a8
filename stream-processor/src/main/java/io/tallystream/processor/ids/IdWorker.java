package io.tallystream.processor.ids;

import io.tallystream.runtime.lifecycle.DaemonThreads;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of the process that does what need not be done while events wait. Small work goes before large, because somebody
 * may soon wait for it; large work is to come in steps. Bounded by who gives it work: each {@link SeenIds} has one seal and one
 * merge at a time, and files to close.
 */
final class IdWorker {
    private static final long KEEP_ALIVE_SECONDS = 10;
    private static final ThreadPoolExecutor THREAD = thread();

    private IdWorker() {}

    /** Runs it some time. Must not throw. */
    static void execute(long size, Runnable work) {
        THREAD.execute(new Work(size, work));
    }

    private static ThreadPoolExecutor thread() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1,
                1,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(),
                new DaemonThreads("seen-ids"));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private record Work(long size, Runnable work) implements Runnable, Comparable<Work> {
        @Override
        public void run() {
            work.run();
        }

        @Override
        public int compareTo(Work other) {
            return Long.compare(size, other.size);
        }
    }
}
