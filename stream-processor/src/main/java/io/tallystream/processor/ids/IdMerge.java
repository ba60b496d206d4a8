package io.tallystream.processor.ids;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes one run of one or more sorted sources, in the background, in steps. Its methods are for the thread that started it; the
 * sources must not change or be closed before it has ended or was abandoned.
 */
final class IdMerge {
    private static final int STEP_IDS = 32_768;
    // Less than a consumer may go without polling. It takes seconds, unless the disk stands still.
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final Path folder;
    private final long ids;
    // Those that are not at their end come first.
    private final IdCursor[] sources;
    private final Duration limit;
    // Of the worker alone.
    private int live;
    private IdRun.Writer writer;
    // Guarded by this.
    private boolean abandoned;
    private boolean ended;
    private IdRun made;
    private Throwable failure;

    /**
     * @param folder that the run's file is made in
     * @param ids how many the sources have, at most
     */
    IdMerge(Path folder, long ids, List<IdCursor> sources) {
        this(folder, ids, sources, LIMIT);
    }

    /** @param limit how long its result is waited for */
    IdMerge(Path folder, long ids, List<IdCursor> sources, Duration limit) {
        this.folder = folder;
        this.ids = ids;
        this.sources = sources.toArray(new IdCursor[0]);
        this.limit = limit;
    }

    /** Starts it; returns it. */
    IdMerge start() {
        IdWorker.execute(ids, this::step);
        return this;
    }

    /** What it takes, and the run after it, in the heap. */
    long heapBytes() {
        return IdRun.heapBytesFor(ids);
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /**
     * Waits until it has ended.
     *
     * @throws IOException if it failed, or takes too long
     */
    synchronized IdRun result() throws IOException {
        awaitEnd();
        if (!ended) {
            throw new IOException("%d ids are not written within %s".formatted(ids, limit));
        }
        if (failure != null) {
            throw new IOException(failure.toString(), failure);
        }
        return made;
    }

    /**
     * Ends it soon, and gives back what it has made. Does not wait for it: runs are closed by the worker too, and so not in
     * the middle of a step.
     */
    synchronized void abandon() {
        abandoned = true;
        if (made != null) {
            made.close();
        }
    }

    private synchronized boolean isAbandoned() {
        return abandoned;
    }

    private synchronized void awaitEnd() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + limit.toNanos();
        for (long left = limit.toMillis();
                !ended && left > 0;
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                // What was read would be lost, and that it ends does not take long.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void step() {
        try {
            if (isAbandoned()) {
                release();
                end(null, null);
            } else if (mergeSome()) {
                end(writer.finish(), null);
            } else {
                IdWorker.execute(ids, this::step);
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable failed) {
        try {
            release();
        } catch (IOException e) {
            failed.addSuppressed(e);
        }
        end(null, failed);
    }

    private void release() throws IOException {
        if (writer != null) {
            writer.abandon();
        }
    }

    private synchronized void end(IdRun run, Throwable failed) {
        if (abandoned && run != null) {
            run.close();
        }
        made = run;
        failure = failed;
        ended = true;
        notifyAll();
    }

    /** Whether that was all. */
    private boolean mergeSome() throws IOException {
        if (writer == null) {
            writer = new IdRun.Writer(folder, ids);
            for (IdCursor source : sources) {
                startWith(source);
            }
        }
        for (int i = 0; i < STEP_IDS && live > 0; i++) {
            int first = first();
            IdCursor source = sources[first];
            writer.add(source.high(), source.low(), source.append());
            if (!source.advance()) {
                live--;
                sources[first] = sources[live];
            }
        }
        return live == 0;
    }

    private void startWith(IdCursor source) throws IOException {
        if (source.advance()) {
            sources[live] = source;
            live++;
        }
    }

    private int first() {
        int first = 0;
        for (int i = 1; i < live; i++) {
            boolean before =
                    IdCursor.isBefore(sources[i].high(), sources[i].low(), sources[first].high(), sources[first].low());
            first = before ? i : first;
        }
        return first;
    }
}
