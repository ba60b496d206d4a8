package io.tallystream.processor.count;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.kafka.CountKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The second phase: adds the amounts of all partitions up into minute, hour and calendar-day windows, and at each commit tells
 * each count that has changed, absolute, once.
 */
public final class CountMerger implements Processor<byte[], byte[], byte[], Output> {
    private static final String BUFFER = "merge-buffer";
    private static final String COUNTS = "merged-counts";
    // Of one drain; past it the heap is drained into the same transaction, early.
    private static final int MAX_CELLS = 500_000;
    private static final int MAX_REMEMBERED_HEADS = 50_000;
    private static final int SUB_BITS = 14;
    private static final int TARGET_BITS = 5;
    private static final int GRANULARITY_BITS = 2;
    // In the order of their codes.
    private static final Granularity[] GRANULARITIES = {
        Granularity.MINUTE, Granularity.HOUR, Granularity.DAY, Granularity.LIFETIME
    };
    private static final long REMOVE_EVERY_MS = Duration.ofMinutes(10).toMillis();

    private final CountMeters meters;
    private final WindowStarts windows;
    private final int maxMembers;
    private final long openForMs;
    private final Map<Bytes, LongCells> groups = new HashMap<>();
    private final LongCells expanded = new LongCells();
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
    }

    /** Supplies them and their stores. */
    public static ProcessorSupplier<byte[], byte[], byte[], Output> supplier(
            CountingSettings settings, CommitGuard guard, CountMeters meters) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], byte[], byte[], Output> get() {
                return new CountMerger(settings, meters);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(
                        CommitBuffer.builder(BUFFER, guard),
                        Stores.keyValueStoreBuilder(
                                        Stores.persistentKeyValueStore(COUNTS),
                                        new Serdes.BytesSerde(),
                                        new Serdes.ByteArraySerde())
                                .withCachingDisabled()
                                .withLoggingEnabled(Map.of()));
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
    public void process(Record<byte[], byte[]> record) {
        buffer.fill();
        newestAppend = Math.max(newestAppend, AmountBytes.newestAppend(record.value()));
        LongCells group = groups.computeIfAbsent(Bytes.wrap(record.key()), key -> new LongCells());
        int before = group.size();
        AmountBytes.forEach(
                record.value(), (amount, time, sub, sum) -> group.add(CellKey.of(time, 0, amount, sub), sum));
        cells += group.size() - before;
        if (cells > MAX_CELLS) {
            drain();
        }
    }

    private void drain() {
        meters.merged(cells);
        groups.forEach((key, amounts) -> drainGroup(Group.ofKey(key.get()), Group.nameOfKey(key.get()), amounts));
        clear();
        if (newestAppend - lastRemoval > REMOVE_EVERY_MS) {
            lastRemoval = newestAppend;
            counts.removeBefore(WindowStarts.minuteOf(Math.max(0, newestAppend - openForMs)));
        }
    }

    private void drainGroup(Group group, byte[] name, LongCells amounts) {
        amounts.forEach((key, sum) -> expand(group, key, sum));
        long now = context.currentSystemTimeMs();
        expanded.forEach((key, sum) -> {
            Target target = Target.at((int) key & ((1 << TARGET_BITS) - 1));
            Granularity granularity = GRANULARITIES[(int) (key >>> TARGET_BITS) & ((1 << GRANULARITY_BITS) - 1)];
            int sub = (int) (key >>> (TARGET_BITS + GRANULARITY_BITS)) & ((1 << SUB_BITS) - 1);
            int start = (int) (key >>> (TARGET_BITS + GRANULARITY_BITS + SUB_BITS));
            MergedCounts.Changed changed = counts.add(target, granularity, start, target.member(name, sub), sum);
            byte[] head = keyHead(target, granularity, start);
            RetentionClass kept = RetentionClass.of(granularity, target.row().dimension());
            context.forward(new Record<>(
                    Target.concat(head, changed.member()),
                    new Output.Count(kept, MergedCounts.bytes(changed.count())),
                    now));
        });
        expanded.clear();
    }

    /** Adds one amount to each window of each target that it adds to. */
    private void expand(Group group, long key, long sum) {
        Amount amount = CellKey.amount(key);
        for (Target target : Target.of(group, amount)) {
            for (Granularity granularity : GRANULARITIES) {
                if (target.has(granularity)) {
                    int start = amount.isDaily()
                            ? windows.ofDay(CellKey.time(key))
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
        cells = 0;
    }
}
