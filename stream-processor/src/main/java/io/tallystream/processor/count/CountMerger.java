package io.tallystream.processor.count;

import io.tallystream.processor.amount.Amount;
import io.tallystream.processor.amount.AmountBytes;
import io.tallystream.processor.amount.CellKey;
import io.tallystream.processor.amount.Group;
import io.tallystream.processor.amount.LongCells;
import io.tallystream.processor.amount.Target;
import io.tallystream.processor.amount.WindowStarts;
import io.tallystream.processor.poll.PolledBatch;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.kafka.CountKey;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * The second phase: adds the amounts of all partitions up into minute, hour and calendar-day windows, and at each commit tells
 * each count that has changed, absolute, once.
 */
public final class CountMerger implements Processor<byte[], byte[], byte[], Output> {
    private static final String BUFFER = "merge-buffer";
    private static final String COUNTS = "merged-counts";
    // Of one drain. All that a thread's tasks have must be drained in much less time than a transaction may take.
    private static final int MAX_CELLS = 10_000;
    // There are as many groups as endpoints, most with few amounts.
    private static final int FIRST_OF_GROUP = 16;
    private static final int MAX_REMEMBERED_HEADS = 50_000;
    private static final int SUB_BITS = CellKey.SUB_BITS;
    private static final int TARGET_BITS = 5;
    private static final int GRANULARITY_BITS = 2;
    private static final Granularity[] GRANULARITIES = Granularity.values();
    private static final long REMOVE_EVERY_MS = Duration.ofMinutes(10).toMillis();

    private final CountMeters meters;
    private final WindowStarts windows;
    private final int maxMembers;
    private final long openForMs;
    private final Map<Bytes, LongCells> groups = new HashMap<>();
    private final LongCells expanded = new LongCells();
    private final Map<Group, LongCells> others = new EnumMap<>(Group.class);
    // By window, of the name in hand.
    private final Map<Long, Boolean> admission = new HashMap<>();
    private final Map<Long, byte[]> keyHeads = new HashMap<>();
    private ProcessorContext<byte[], Output> context;
    private CommitBuffer buffer;
    private MergedCounts counts;
    private long newestAppend;
    private long lastRemoval;
    private int cells;

    private CountMerger(CountingSettings settings, CountMeters meters) {
        this.meters = meters;
        windows = new WindowStarts(new WindowCalendar(settings.zone()));
        maxMembers = settings.maxMembersPerPartition();
        openForMs = settings.windowsStayOpen().toMillis();
        for (Group group : Group.values()) {
            others.put(group, new LongCells());
        }
    }

    /** Supplies them and their stores. */
    public static ProcessorSupplier<byte[], byte[], byte[], Output> supplier(
            CountingSettings settings, CommitGuard guard, CountMeters meters) {
        HeapLimits limits = HeapLimits.forEachOf(settings.partitions());
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], byte[], byte[], Output> get() {
                return new CountMerger(settings, meters);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(CommitBuffer.builder(BUFFER, guard), WriteBackStore.builder(COUNTS, limits.heldValues()));
            }
        };
    }

    @Override
    public void init(ProcessorContext<byte[], Output> newContext) {
        context = newContext;
        KeyValueStore<Bytes, byte[]> store = context.getStateStore(COUNTS);
        counts = new MergedCounts(store, context.taskId().partition(), maxMembers);
        clear();
        newestAppend = 0;
        lastRemoval = 0;
        buffer = context.getStateStore(BUFFER);
        buffer.connect(context, new CommitBuffer.Heap() {
            @Override
            public void drain() {
                CountMerger.this.drain();
            }

            @Override
            public void clear() {
                CountMerger.this.clear();
            }
        });
    }

    @Override
    public void process(Record<byte[], byte[]> polled) {
        buffer.fill();
        PolledBatch.recordsOf(polled, context.recordMetadata().orElseThrow()).forEach(this::add);
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        newestAppend = Math.max(newestAppend, AmountBytes.newestAppend(record.value()));
        LongCells group = groups.computeIfAbsent(Bytes.wrap(record.key()), key -> new LongCells(FIRST_OF_GROUP));
        int before = group.size();
        AmountBytes.forEach(
                record.value(), (amount, time, sub, sum) -> group.add(CellKey.of(time, 0, amount, sub), sum));
        cells += group.size() - before;
        if (cells > MAX_CELLS) {
            drain();
            context.commit();
        }
    }

    private void drain() {
        meters.merged(cells);
        groups.forEach((key, amounts) -> mergeGroup(Group.ofKey(key.get()), Group.nameOfKey(key.get()), amounts));
        // Once for all of them, however many names there are.
        others.forEach((group, cellsOfOthers) -> {
            cellsOfOthers.forEach((cell, sum) -> tell(counts.other(), cell, sum));
            cellsOfOthers.clear();
        });
        clear();
        if (newestAppend - lastRemoval > REMOVE_EVERY_MS
                && counts.removeBefore(WindowStarts.minuteOf(Math.max(0, newestAppend - openForMs)))) {
            // Only now: where names are many, more become old in the meantime than one removal takes.
            lastRemoval = newestAppend;
        }
    }

    private void mergeGroup(Group group, byte[] name, LongCells amounts) {
        amounts.forEach((key, sum) -> expand(group, key, sum));
        expanded.forEach((cell, sum) -> {
            boolean admitted = admission.computeIfAbsent(
                    windowOf(cell), window -> counts.admits(group, name, granularityOf(cell), startOf(cell)));
            if (admitted) {
                tell(name, cell, sum);
            } else {
                others.get(group).add(cell, sum);
            }
        });
        expanded.clear();
        admission.clear();
    }

    /** Adds to a count and tells what it is then. */
    private void tell(byte[] name, long cell, long sum) {
        Target target = Target.at((int) cell & ((1 << TARGET_BITS) - 1));
        Granularity granularity = granularityOf(cell);
        int sub = (int) (cell >>> (TARGET_BITS + GRANULARITY_BITS)) & ((1 << SUB_BITS) - 1);
        int start = startOf(cell);
        byte[] member = target.member(name, sub);
        long count = counts.add(target, granularity, start, member, sum);
        RetentionClass kept = RetentionClass.of(granularity, target.row().dimension());
        context.forward(new Record<>(
                CountKey.of(keyHead(target, granularity, start), member),
                new Output.Count(kept, MergedCounts.bytes(count)),
                context.currentSystemTimeMs()));
    }

    private static Granularity granularityOf(long cell) {
        return WindowStarts.granularity((int) (cell >>> TARGET_BITS) & ((1 << GRANULARITY_BITS) - 1));
    }

    private static int startOf(long cell) {
        return (int) (cell >>> (TARGET_BITS + GRANULARITY_BITS + SUB_BITS));
    }

    /** The cell's window, as a number. */
    private static long windowOf(long cell) {
        return (long) startOf(cell) << GRANULARITY_BITS | WindowStarts.code(granularityOf(cell));
    }

    /** Adds one amount to each window of each target that it adds to. */
    private void expand(Group group, long key, long sum) {
        Amount amount = CellKey.amount(key);
        for (Target target : Target.of(group, amount)) {
            for (Granularity granularity : GRANULARITIES) {
                if (target.has(granularity)) {
                    int start = amount.isDaily()
                            ? windows.ofDay(granularity, CellKey.time(key))
                            : windows.ofMinute(granularity, CellKey.time(key));
                    int sub = target.isSplitBySub() ? CellKey.sub(key) : 0;
                    expanded.add(cell(target, granularity, sub, start), sum);
                }
            }
        }
    }

    private static long cell(Target target, Granularity granularity, int sub, int start) {
        return ((((long) start << SUB_BITS | sub) << GRANULARITY_BITS) | WindowStarts.code(granularity)) << TARGET_BITS
                | target.index();
    }

    private byte[] keyHead(Target target, Granularity granularity, int start) {
        if (keyHeads.size() > MAX_REMEMBERED_HEADS) {
            keyHeads.clear();
        }
        return keyHeads.computeIfAbsent(
                cell(target, granularity, 0, start),
                missing -> CountKey.head(
                        target.row().metric(),
                        windows.window(granularity, start),
                        target.row().dimension()));
    }

    private void clear() {
        groups.clear();
        expanded.clear();
        others.values().forEach(LongCells::clear);
        admission.clear();
        cells = 0;
    }
}
