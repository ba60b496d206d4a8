package io.tallystream.benchmarks.flink;

import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.kafka.CountKey;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.java.typeutils.ValueTypeInfo;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Keeps the days of each user, tells their new counts, and before each checkpoint what has become of active and new users. */
final class UserStage extends AbstractStreamOperator<GroupAmounts>
        implements OneInputStreamOperator<UserAmounts, GroupAmounts> {
    private static final long serialVersionUID = 1L;
    private static final Name ALL = new Name(new byte[] {'*'});
    private static final int MAX_HEADS = 1_000;

    private final OutputTag<Count> toTopics;
    private transient ValueState<UserDays> days;
    private transient Long2LongOpenHashMap totals;
    private transient Map<Integer, Heads> heads;
    private transient byte[] lifetimeClicks;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Heads(byte[] calls, byte[] clicks) {
        static Heads of(int day) {
            Window window =
                    new Window(Granularity.DAY, LocalDate.ofEpochDay(day).toString());
            return new Heads(
                    CountKey.head(Metric.CALLS, window, Dimension.USER),
                    CountKey.head(Metric.CLICKS, window, Dimension.USER));
        }
    }

    UserStage(OutputTag<Count> toTopics) {
        this.toTopics = toTopics;
    }

    @Override
    public void open() throws Exception {
        super.open();
        days = getRuntimeContext().getState(new ValueStateDescriptor<>("days", new ValueTypeInfo<>(UserDays.class)));
        totals = new Long2LongOpenHashMap();
        heads = new HashMap<>();
        lifetimeClicks = CountKey.head(Metric.CLICKS, Window.LIFETIME, Dimension.USER);
    }

    @Override
    public void processElement(StreamRecord<UserAmounts> element) throws Exception {
        UserAmounts amounts = element.getValue();
        int day = amounts.day();
        byte[] user = amounts.user().bytes();
        UserDays state = days.value();
        if (state == null) {
            state = new UserDays();
        }
        state.activate(day, totals);
        if (heads.size() > MAX_HEADS) {
            heads.clear();
        }
        Heads head = heads.computeIfAbsent(day, Heads::of);
        if (amounts.calls() > 0) {
            tell(RetentionClass.USER_DAY, head.calls(), user, state.addCalls(day, amounts.calls()));
        }
        if (amounts.clicks() > 0) {
            tell(RetentionClass.USER_DAY, head.clicks(), user, state.addClicks(day, amounts.clicks()));
            tell(RetentionClass.LIFETIME, lifetimeClicks, user, state.lifetimeClicks());
        }
        days.update(state);
    }

    private void tell(RetentionClass kept, byte[] head, byte[] user, long value) {
        output.collect(toTopics, new StreamRecord<>(new Count(kept, Count.concat(head, user), value)));
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        if (!totals.isEmpty()) {
            output.collect(new StreamRecord<>(new GroupAmounts(ALL, totals)));
            totals.clear();
        }
    }
}
