package io.tallystream.processor.ids;

import io.tallystream.schema.event.Utf8Slice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ids of one partition's events that were appended within the horizon, as digests of 128 bits. Exact, and bounded in the
 * heap: the latest ids are in a table there, older ones in sorted files, of which the heap holds filters. Where even those
 * do not fit, the oldest ids are forgotten before their time, which is logged and counted.
 *
 * <p>A full table is frozen and written to a run in the background, and runs are merged there, so that a look-up asks few
 * filters. The files are working memory and never read after a restart: what {@link #takeAdded} gave has to be kept
 * elsewhere and given to {@link #restore}.
 *
 * <p>When ids are forgotten is decided by the clock, the newest append so far, as it stood when an id came, not by the id's
 * own append: one input may lag behind another, and its duplicates come as late as what they are duplicates of.
 *
 * <p>For one thread. What the background sees does not change meanwhile.
 */
public final class SeenIds {
    private static final Logger LOGGER = LoggerFactory.getLogger(SeenIds.class);
    private static final int FIRST_SLOTS = 1_024;
    private static final int ENTRY_BYTES = 3 * Long.BYTES;
    private static final int MAX_PIECE_BYTES = 20_000 * ENTRY_BYTES;
    // By how much the distance between two inputs may grow within the horizon without a duplicate being missed.
    private static final long DISORDER_MS = 60_000;
    private static final int FAN_IN = 4;
    private static final long MAX_MERGED_IDS = 1L << 30;
    // A run is forgotten as a whole, so the longest one says how long the oldest ids are kept in vain.
    private static final int KEPT_PER_RUN = 4;
    private static final long WARNING_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Path folder;
    private final long horizonMs;
    private final long keptMs;
    private final int firstSlots;
    private final int maxSlots;
    private final long maxRunBytes;
    private final IdDigest digest = new IdDigest();
    private final ByteBuffer page = ByteBuffer.allocateDirect(IdRun.PAGE_BYTES);

    private IdTable table;
    private IdTable frozen;
    // Empty and large, for the next time.
    private IdTable spare;
    // Oldest first.
    private final List<Run> runs = new ArrayList<>();
    private IdMerge seal;
    private IdMerge merge;
    // Neighbours among the runs; they stay there until the merge has ended.
    private List<Run> merging = List.of();

    private long clock;
    private long tableSince;
    private long frozenSince;
    private long frozenUntil;
    private long forgottenEarly;
    private long forgottenUnsaid;
    private long lastWarningNanos = System.nanoTime() - WARNING_INTERVAL_NANOS;
    // Entries since the last commit, as they are written.
    private ByteBuffer added = ByteBuffer.allocate(FIRST_SLOTS * ENTRY_BYTES);

    /** With the clock before and after all that is in it. */
    private record Run(IdRun ids, long since, long until) {}

    /**
     * @param folder that there is, for files that are gone with the process
     * @param horizonMs how far apart two appends of one id may be to be the same event
     */
    public SeenIds(Path folder, long horizonMs, IdLimits limits) {
        this.folder = folder;
        this.horizonMs = horizonMs;
        keptMs = horizonMs + Math.min(horizonMs, DISORDER_MS);
        int doublings = Math.max(0, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(limits.tableSlots() / FIRST_SLOTS));
        firstSlots = limits.tableSlots() >> doublings;
        maxSlots = firstSlots << doublings;
        maxRunBytes = limits.runBytes();
        start();
    }

    /**
     * Whether this id was appended within the horizon already; if not it is remembered from now on.
     *
     * @throws UncheckedIOException if the disk fails or is full; {@link #clear} is all that may be called then
     */
    public boolean isDuplicate(Utf8Slice id, long appendMs) {
        digest.set(id);
        long high = digest.high();
        long low = digest.low();
        boolean known = isKnown(high, low, appendMs - horizonMs, appendMs + horizonMs);
        if (!known) {
            add(high, low, appendMs);
            note(high, low, appendMs);
        }
        return known;
    }

    /**
     * What was remembered since the last call, to be given to {@link #restore} later, in the same order, in pieces that Kafka
     * takes as a record.
     */
    List<byte[]> takeAdded() {
        tidy();
        List<byte[]> pieces = new ArrayList<>();
        added.flip();
        while (added.hasRemaining()) {
            byte[] piece = new byte[Math.min(added.remaining(), MAX_PIECE_BYTES)];
            added.get(piece);
            pieces.add(piece);
        }
        added.clear();
        return pieces;
    }

    /** Remembers again what {@link #takeAdded} gave. */
    void restore(byte[] entries) {
        ByteBuffer in = ByteBuffer.wrap(entries);
        while (in.hasRemaining()) {
            add(in.getLong(), in.getLong(), in.getLong());
        }
    }

    /** The newest append so far; {@link Long#MIN_VALUE} if there was none. */
    long clock() {
        return clock;
    }

    /** What was given by {@link #takeAdded} when the clock stood before this need not be restored any more. */
    long forgottenBefore() {
        return clock == Long.MIN_VALUE ? Long.MIN_VALUE : clock - keptMs;
    }

    /** How many are remembered, those past the horizon included that are still there. */
    public long size() {
        long size = (long) table.size() + (frozen == null ? 0 : frozen.size());
        for (Run run : runs) {
            size += run.ids.size();
        }
        return size;
    }

    /** How many were forgotten for want of room since this was made; at most so many of them before their time. */
    public long forgottenEarly() {
        return forgottenEarly;
    }

    /** How many files a look-up may go through. */
    int runs() {
        return runs.size();
    }

    /** What is in the heap of ids in files, those in the making included. */
    long runBytes() {
        long held = (seal == null ? 0 : seal.heapBytes()) + (merge == null ? 0 : merge.heapBytes());
        for (Run run : runs) {
            held += run.ids.heapBytes();
        }
        return held;
    }

    /** Forgets all and gives back all that it takes. */
    public void clear() {
        abandonMerge();
        if (seal != null) {
            seal.abandon();
            seal = null;
        }
        runs.forEach(run -> run.ids.close());
        runs.clear();
        added.clear();
        start();
    }

    private void start() {
        table = new IdTable(firstSlots);
        frozen = null;
        spare = null;
        clock = Long.MIN_VALUE;
        tableSince = Long.MIN_VALUE;
    }

    private boolean isKnown(long high, long low, long from, long to) {
        return table.contains(high, low, from, to)
                || (frozen != null && frozen.contains(high, low, from, to))
                || isInRun(high, low, from, to);
    }

    private boolean isInRun(long high, long low, long from, long to) {
        try {
            for (int i = runs.size() - 1; i >= 0; i--) {
                if (runs.get(i).ids.contains(high, low, from, to, page)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void add(long high, long low, long appendMs) {
        if (table.size() == 0) {
            tableSince = Math.max(clock, appendMs);
        }
        clock = Math.max(clock, appendMs);
        while (!table.add(high, low, appendMs)) {
            if (table.capacity() < maxSlots) {
                table = table.doubled();
            } else {
                freeze();
                tableSince = clock;
            }
        }
    }

    private void freeze() {
        // Rather than let tables pile up, events wait.
        endSeal();
        tidy();
        makeHeapFor(IdRun.heapBytesFor(table.size()));
        frozen = table;
        frozenSince = tableSince;
        frozenUntil = clock;
        table = spare == null ? new IdTable(maxSlots) : spare;
        spare = null;
        seal = new IdMerge(folder, frozen.size(), List.of(frozen.cursor())).start();
    }

    /** Takes over what the background has ended, forgets what is past its time and starts what is worth it. */
    private void tidy() {
        if (seal != null && seal.hasEnded()) {
            endSeal();
        }
        if (merge != null && merge.hasEnded()) {
            endMerge();
        }
        long before = forgottenBefore();
        while (!runs.isEmpty() && runs.get(0).until < before && !merging.contains(runs.get(0))) {
            runs.remove(0).ids.close();
        }
        if (merge == null) {
            startMerge();
        }
    }

    private void endSeal() {
        if (seal == null) {
            return;
        }
        try {
            runs.add(new Run(seal.result(), frozenSince, frozenUntil));
        } catch (IOException e) {
            throw failed(e);
        }
        seal = null;
        frozen.clear();
        spare = frozen;
        frozen = null;
    }

    private void endMerge() {
        Run merged;
        try {
            merged = new Run(merge.result(), merging.get(0).since, merging.get(merging.size() - 1).until);
        } catch (IOException e) {
            throw failed(e);
        }
        merge = null;
        int first = runs.indexOf(merging.get(0));
        runs.set(first, merged);
        runs.subList(first + 1, first + merging.size()).clear();
        merging.forEach(run -> run.ids.close());
        merging = List.of();
    }

    private void abandonMerge() {
        if (merge != null) {
            merge.abandon();
            merge = null;
            merging = List.of();
        }
    }

    /** Merges the smallest neighbours of like size, if there are enough of them. */
    private void startMerge() {
        int highest = runs.isEmpty() ? -1 : level(runs.get(0));
        for (Run run : runs) {
            highest = Math.max(highest, level(run));
        }
        for (int level = 0; level <= highest && merge == null; level++) {
            List<Run> neighbours = neighbours(level);
            long ids = 0;
            for (Run run : neighbours) {
                ids += run.ids.size();
            }
            boolean fits = neighbours.size() >= FAN_IN
                    && ids <= MAX_MERGED_IDS
                    && runBytes() + IdRun.heapBytesFor(ids) <= maxRunBytes
                    && neighbours.get(neighbours.size() - 1).until - neighbours.get(0).since <= keptMs / KEPT_PER_RUN;
            if (fits) {
                merging = List.copyOf(neighbours);
                merge = new IdMerge(
                                folder,
                                ids,
                                merging.stream().map(run -> run.ids.cursor()).toList())
                        .start();
            }
        }
    }

    /** The newest runs of this level, and smaller ones in between. */
    private List<Run> neighbours(int level) {
        int from = runs.size();
        int to = 0;
        while (from > 0 && level(runs.get(from - 1)) <= level) {
            from--;
            if (to == 0 && level(runs.get(from)) == level) {
                to = from + 1;
            }
        }
        return runs.subList(Math.min(from, to), to);
    }

    /** How often its size has been multiplied by merging, about. */
    private int level(Run run) {
        int level = 0;
        for (long ids = run.ids.size(); ids >= 2L * IdTable.maxSize(maxSlots); ids /= FAN_IN) {
            level++;
        }
        return level;
    }

    private void makeHeapFor(long bytes) {
        while (runBytes() + bytes > maxRunBytes && !runs.isEmpty()) {
            abandonMerge();
            if (runBytes() + bytes > maxRunBytes) {
                Run oldest = runs.remove(0);
                oldest.ids.close();
                forgottenEarly += oldest.ids.size();
                forgottenUnsaid += oldest.ids.size();
            }
        }
        long now = System.nanoTime();
        if (forgottenUnsaid > 0 && now - lastWarningNanos >= WARNING_INTERVAL_NANOS) {
            LOGGER.warn(
                    "{} ids were forgotten before their time, because the heap has no room for them: of events that are sent again"
                            + " now, some may count twice. Mended by a larger heap, a shorter horizon, or more instances",
                    forgottenUnsaid);
            forgottenUnsaid = 0;
            lastWarningNanos = now;
        }
    }

    private void note(long high, long low, long appendMs) {
        if (added.remaining() < ENTRY_BYTES) {
            added = ByteBuffer.allocate(added.capacity() * 2).put(added.flip());
        }
        added.putLong(high).putLong(low).putLong(appendMs);
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException("the ids of events cannot be kept in files in " + folder, e);
    }
}
