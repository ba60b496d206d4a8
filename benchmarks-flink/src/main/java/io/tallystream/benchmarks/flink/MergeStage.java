package io.tallystream.benchmarks.flink;

import io.tallystream.benchmarks.tally.Cell;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.kafka.CountKey;
import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongMaps;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Adds amounts up into minute, hour and day windows, and before each checkpoint tells each count that has changed, once. */
final class MergeStage extends AbstractStreamOperator<Count> implements OneInputStreamOperator<GroupAmounts, Count> {
    private static final long serialVersionUID = 1L;
    private static final Granularity[] GRANULARITIES = Granularity.values();
    private static final int MAX_HEADS = 50_000;
    private static final int TARGET_BITS = 5;
    private static final int GRANULARITY_BITS = 2;
    private static final int SUB_BITS = 14;

    private final ZoneId zone;
    private transient Windows windows;
    private transient Map<Name, Long2LongOpenHashMap> groups;
    private transient Map<Long, byte[]> heads;
    private transient MapState<Long, Long> counts;

    MergeStage(ZoneId zone) {
        this.zone = zone;
    }

    @Override
    public void open() throws Exception {
        super.open();
        windows = new Windows(zone);
        groups = new HashMap<>();
        heads = new HashMap<>();
        counts = getRuntimeContext().getMapState(new MapStateDescriptor<>("counts", Types.LONG, Types.LONG));
    }

    @Override
    public void processElement(StreamRecord<GroupAmounts> element) {
        GroupAmounts amounts = element.getValue();
        amounts.addTo(groups.computeIfAbsent(amounts.group(), missing -> new Long2LongOpenHashMap()));
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        Long2LongOpenHashMap expanded = new Long2LongOpenHashMap();
        for (Map.Entry<Name, Long2LongOpenHashMap> group : groups.entrySet()) {
            byte[] key = group.getKey().bytes();
            for (Long2LongMap.Entry cell : Long2LongMaps.fastIterable(group.getValue())) {
                expand(key[0], cell.getLongKey(), cell.getLongValue(), expanded);
            }
            byte[] name = new byte[key.length - 1];
            System.arraycopy(key, 1, name, 0, name.length);
            setCurrentKey(group.getKey());
            for (Long2LongMap.Entry cell : Long2LongMaps.fastIterable(expanded)) {
                tell(name, cell.getLongKey(), cell.getLongValue());
            }
            expanded.clear();
        }
        groups.clear();
    }

    /** Adds one amount to each window of each target that it adds to. */
    private void expand(byte sign, long cell, long sum, Long2LongOpenHashMap expanded) {
        Metric metric = Cell.metric(cell);
        for (Target target : Target.of(sign, metric)) {
            for (Granularity granularity : GRANULARITIES) {
                if (target.row().granularities().contains(granularity)) {
                    int start = windows.start(granularity, Cell.time(cell), isDaily(metric));
                    int sub = target.isSplitBySub() ? Cell.sub(cell) : 0;
                    expanded.addTo(windowCell(target, granularity, sub, start), sum);
                }
            }
        }
    }

    private void tell(byte[] name, long cell, long sum) throws Exception {
        Target target = Target.at((int) cell & ((1 << TARGET_BITS) - 1));
        Granularity granularity = GRANULARITIES[(int) (cell >>> TARGET_BITS) & ((1 << GRANULARITY_BITS) - 1)];
        int sub = (int) (cell >>> (TARGET_BITS + GRANULARITY_BITS)) & ((1 << SUB_BITS) - 1);
        int start = (int) (cell >>> (TARGET_BITS + GRANULARITY_BITS + SUB_BITS));
        Long before = counts.get(cell);
        long count = before == null ? sum : before + sum;
        counts.put(cell, count);
        byte[] key = Count.concat(head(target, granularity, start), target.member(name, sub));
        RetentionClass kept = RetentionClass.of(granularity, target.row().dimension());
        output.collect(new StreamRecord<>(new Count(kept, key, count)));
    }

    private byte[] head(Target target, Granularity granularity, int start) {
        if (heads.size() > MAX_HEADS) {
            heads.clear();
        }
        return heads.computeIfAbsent(
                windowCell(target, granularity, 0, start),
                missing -> CountKey.head(
                        target.row().metric(),
                        windows.window(granularity, start),
                        target.row().dimension()));
    }

    @SuppressWarnings("EnumOrdinal") // Of this run only.
    private static long windowCell(Target target, Granularity granularity, int sub, int start) {
        return ((((long) start << SUB_BITS | sub) << GRANULARITY_BITS) | granularity.ordinal()) << TARGET_BITS
                | target.index();
    }

    private static boolean isDaily(Metric metric) {
        return switch (metric) {
            case ACTIVE_USERS, ACTIVE_USERS_7D, ACTIVE_USERS_30D, NEW_USERS -> true;
            case CALLS, LATENCY, CLICKS, PAGE_VIEWS, DWELL_MS, DWELLS, EVENTS -> false;
        };
    }
}
