package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.benchmarks.report.ProcessUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How many events a second a contender counts, in a process of its own that finds all of them there.
 *
 * <p>Measured from the commit that makes a quarter of them counted, until when everything is compiled, to the one that makes
 * 19 of 20 counted: the last ones would measure how long a commit waits for its turn. A contender that then takes more than
 * a few commits to be done with the rest, and with what it passes on to itself, has read ahead of what it counts, and is
 * measured to that end.
 *
 * <p>Until then a few events more come, as they would: Flink's source tells Kafka how far it is only when its poll returns,
 * which takes ten seconds where nothing comes. What it tells is counted, so it is not waited for any longer.
 */
final class Trial {
    private static final double WARM = 0.25;
    private static final double ALMOST_ALL = 0.95;
    private static final int COMMITS_BEHIND = 4;
    private static final long MOST_BEHIND_MS = 500;
    private static final long LOOK_MS = 10;
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static int number;

    private final EventSet events;
    private final String heap;

    /** How far a contender had come, and when. */
    private record Mark(long events, long nanos, ProcessUsage.Spent spent) {}

    /**
     * Trials over those events.
     *
     * @param heap of each contender, as for {@code -Xmx}
     */
    Trial(EventSet events, String heap) {
        this.events = events;
        this.heap = heap;
    }

    /** Events a second of one contender, and what its process spent on each. Its folder is a new one in the given run's. */
    Measurement measure(Contender contender, Run given) throws Exception {
        events.topics().clearOutputs();
        Run run = given.as(contender.name().toLowerCase(Locale.ROOT) + "-" + ++number);
        GroupProgress progress = events.topics().progress(run.application());
        long all = events.shape().events();
        try (ContenderProcess process =
                ContenderProcess.start(contender, run, heap, events.shape().users() > 0)) {
            ProcessUsage usage = process.usage();
            Mark begin = new Mark(0, System.nanoTime(), usage.sinceLast());
            Mark warm = await(process, progress, usage, Math.round(all * WARM));
            Mark almost = await(process, progress, usage, Math.round(all * ALMOST_ALL));
            if (contender.isFlink() && almost.events() > warm.events()) {
                return measurement(
                        warm, almost, almost.spent().cpu(), almost.spent().peakBytes());
            }
            Mark read = await(process, progress, usage, events.written());
            while (!progress.isDone()) {
                look(process, read.nanos());
            }
            Mark done = new Mark(events.written(), System.nanoTime(), usage.sinceLast());
            long behind = TimeUnit.NANOSECONDS.toMillis(done.nanos() - read.nanos());
            if (almost.events() == warm.events()) {
                // So few that one commit took most of them: a figure of a start.
                Duration cpu = warm.spent().cpu();
                return measurement(begin, warm, cpu, done.spent().peakBytes());
            }
            if (behind <= (long) COMMITS_BEHIND * run.commitIntervalMs() + MOST_BEHIND_MS) {
                return measurement(
                        warm, almost, almost.spent().cpu(), done.spent().peakBytes());
            }
            Duration cpu = almost.spent()
                    .cpu()
                    .plus(read.spent().cpu())
                    .plus(done.spent().cpu());
            return measurement(warm, done, cpu, done.spent().peakBytes());
        }
    }

    private static Measurement measurement(Mark from, Mark to, Duration cpu, long peakBytes) {
        long counted = to.events() - from.events();
        double seconds = (to.nanos() - from.nanos()) / 1e9;
        return Measurement.of(counted / seconds, new ProcessUsage.Spent(cpu, peakBytes), counted);
    }

    private Mark await(ContenderProcess process, GroupProgress progress, ProcessUsage usage, long wanted)
            throws Exception {
        long begin = System.nanoTime();
        long committed = progress.committedEvents();
        while (committed < wanted) {
            look(process, begin);
            // Not where all of them are waited for, that there be an end to it.
            if (wanted < events.shape().events()) {
                events.trickle();
            }
            committed = progress.committedEvents();
        }
        return new Mark(committed, System.nanoTime(), usage.sinceLast());
    }

    private static void look(ContenderProcess process, long begin) throws IOException, InterruptedException {
        if (!process.isAlive()) {
            throw new IOException("the contender ended: " + process.lastWords());
        }
        if (System.nanoTime() - begin > LIMIT.toNanos()) {
            throw new IllegalStateException("the contender came no further within " + LIMIT);
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
}
