package io.tallystream.processor.count;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * A state store that holds nothing, and by which a processor learns that a commit is about to be made: its heap can then be
 * drained into the transaction that commits the offsets behind it. The runtime calls {@link #flushCache} for every store of this
 * kind inside {@code StreamTask.prepareCommit}, on every way to a commit (interval, rebalance, shutdown), before it reads the
 * offsets. Neither a punctuator nor {@link org.apache.kafka.streams.processor.api.Processor#close} is: there are commits without
 * a punctuation, and close comes after the commit.
 *
 * <p>With {@link CommitGuard}, which refuses commits that this was not told of, the only class that uses internal types of Kafka
 * Streams. Written against 4.3.
 */
class CommitBuffer implements StateStore, CachedStateStore<Object, Object> {
    private final String name;
    private final CommitGuard guard;
    private Heap heap;
    private InternalProcessorContext<?, ?> context;
    private ProcessorNode<?, ?, ?, ?> node;
    private boolean open;
    // Where the first record is from that came after the last drain; null without one.
    private volatile TopicPartition undrained;

    /** What a processor holds between commits. */
    interface Heap {
        /** Forwards and stores all of it, and is empty then. */
        void drain();

        /** Forgets all of it: what it came from will be read again. */
        void clear();
    }

    CommitBuffer(String name, CommitGuard guard) {
        this.name = name;
        this.guard = guard;
    }

    /** Connects the heap of the processor whose {@code init} calls this. */
    void connect(ProcessorContext<?, ?> processorContext, Heap newHeap) {
        heap = requireNonNull(newHeap, "newHeap");
        context = (InternalProcessorContext<?, ?>) processorContext;
        node = context.currentNode();
    }

    /** The processor is about to count a record, whose offset must not be committed before the next drain. */
    final void fill() {
        if (undrained == null) {
            RecordMetadata origin = context.recordMetadata().orElseThrow();
            undrained = new TopicPartition(origin.topic(), origin.partition());
        }
    }

    /** A partition whose offset must not be committed before the next drain; null without one. Asked by any thread. */
    final TopicPartition undrained() {
        return undrained;
    }

    @Override
    public void flushCache() {
        undrained = null;
        if (heap == null) {
            return;
        }
        // Nothing is being processed at a commit, so nothing says where a forwarded record comes from.
        ProcessorNode<?, ?, ?, ?> before = context.currentNode();
        context.setCurrentNode(node);
        try {
            heap.drain();
        } finally {
            context.setCurrentNode(before);
        }
    }

    @Override
    public void clearCache() {
        clearHeap();
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext stateStoreContext, StateStore root) {
        guard.add(this);
        stateStoreContext.register(root, (key, value) -> {});
        open = true;
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        // Not called at every commit, and after those it is: the guard should have refused it.
        if (undrained != null) {
            throw new CommitGuard.UndrainedException(name, undrained);
        }
    }

    @Override
    public void close() {
        guard.remove(this);
        clearHeap();
        open = false;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    private void clearHeap() {
        undrained = null;
        if (heap != null) {
            heap.clear();
        }
    }

    /** Builds them, one for each task. */
    static StoreBuilder<CommitBuffer> builder(String name, CommitGuard guard) {
        return new Builder(name, guard);
    }

    private record Builder(String name, CommitGuard guard) implements StoreBuilder<CommitBuffer> {
        @Override
        public CommitBuffer build() {
            return new CommitBuffer(name, guard);
        }

        @Override
        public boolean loggingEnabled() {
            return false;
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        @Override
        public StoreBuilder<CommitBuffer> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitBuffer> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitBuffer> withLoggingEnabled(Map<String, String> config) {
            throw new UnsupportedOperationException("a commit buffer holds nothing to log");
        }

        @Override
        public StoreBuilder<CommitBuffer> withLoggingDisabled() {
            return this;
        }
    }
}
