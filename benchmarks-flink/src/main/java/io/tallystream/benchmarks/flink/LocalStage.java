package io.tallystream.benchmarks.flink;

import io.tallystream.benchmarks.tally.HeapCounter;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Counts what its source reads into heap maps, and before each checkpoint gives away what these hold. Has no state of its
 * own.
 */
final class LocalStage extends AbstractStreamOperator<GroupAmounts>
        implements OneInputStreamOperator<Appended, GroupAmounts> {
    private static final long serialVersionUID = 1L;

    private final HeapCounter.Settings settings;
    private final OutputTag<UserAmounts> toUsers;
    private transient HeapCounter counter;

    LocalStage(HeapCounter.Settings settings, OutputTag<UserAmounts> toUsers) {
        this.settings = settings;
        this.toUsers = toUsers;
    }

    @Override
    public void open() throws Exception {
        super.open();
        counter = new HeapCounter(settings);
    }

    @Override
    public void processElement(StreamRecord<Appended> element) {
        Appended record = element.getValue();
        counter.count(record.value(), record.millis());
        if (counter.isFull()) {
            drain();
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        drain();
    }

    private void drain() {
        counter.drain(new HeapCounter.Receiver() {
            @Override
            public void group(byte[] group, Long2LongOpenHashMap amounts) {
                output.collect(new StreamRecord<>(new GroupAmounts(new Name(group), amounts)));
            }

            @Override
            public void user(byte[] user, int onDay, int calls, int clicks) {
                output.collect(toUsers, new StreamRecord<>(new UserAmounts(new Name(user), onDay, calls, clicks)));
            }
        });
    }
}
