package io.tallystream.processor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StandbyUpdateListener;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.TaskId;

/** How far the state, and the copies of that of others, are on their way from the changelogs. Thread-safe. */
final class Restoration implements StateRestoreListener, StandbyUpdateListener {
    private final Map<TopicPartition, Long> remaining = new ConcurrentHashMap<>();
    private final LongAdder restored = new LongAdder();
    private final Map<TopicPartition, Long> notCopied = new ConcurrentHashMap<>();
    private final LongAdder copied = new LongAdder();

    /** Records still to be restored; a few more than there are, since transactions take offsets too. */
    long remaining() {
        return remaining.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Records that were restored since the start. */
    long restored() {
        return restored.sum();
    }

    @Override
    public void onRestoreStart(TopicPartition changelog, String store, long from, long end) {
        remaining.put(changelog, Math.max(0, end - from));
    }

    @Override
    public void onBatchRestored(TopicPartition changelog, String store, long batchEnd, long records) {
        restored.add(records);
        remaining.computeIfPresent(changelog, (any, before) -> Math.max(0, before - records));
    }

    @Override
    public void onRestoreEnd(TopicPartition changelog, String store, long records) {
        remaining.remove(changelog);
    }

    @Override
    public void onRestoreSuspended(TopicPartition changelog, String store, long records) {
        remaining.remove(changelog);
    }

    /** Records that the copies are behind; a few more than they are, since transactions take offsets too. */
    long notCopied() {
        return notCopied.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Records that were copied since the start. */
    long copied() {
        return copied.sum();
    }

    @Override
    public void onUpdateStart(TopicPartition changelog, String store, long from) {}

    @Override
    public void onBatchLoaded(
            TopicPartition changelog, String store, TaskId task, long batchEnd, long records, long end) {
        copied.add(records);
        notCopied.put(changelog, Math.max(0, end - batchEnd - 1));
    }

    @Override
    public void onUpdateSuspended(
            TopicPartition changelog, String store, long at, long end, SuspendReason becauseItIs) {
        notCopied.remove(changelog);
    }
}
