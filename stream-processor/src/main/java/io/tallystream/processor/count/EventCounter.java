package io.tallystream.processor.count;

import io.tallystream.processor.amount.Outcome;
import io.tallystream.processor.amount.WindowStarts;
import io.tallystream.processor.ids.IdLimits;
import io.tallystream.processor.ids.SeenChunks;
import io.tallystream.processor.ids.SeenIds;
import io.tallystream.processor.poll.PolledBatch;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.EventWriter;
import io.tallystream.schema.event.Utf8Slice;
import io.tallystream.schema.kafka.CountKey;
import io.tallystream.schema.kafka.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first phase: reads each record of a partition, judges it on its own, counts it into the heap where its owner's
 * partition is, and at each commit gives away what it has counted. An event that was read from another partition than its
 * owner's is sent there first, with the time at which it was appended here. A user who is to be erased is forgotten, and
 * their counts are taken back.
 *
 * <p>Judged by the distance from the broker's append time, never by the stream's time: one event dated far ahead would make
 * all that follow late.
 */
public final class EventCounter implements Processor<byte[], byte[], byte[], Output> {
    /** The child that takes what is for a topic of ours. Named, so that no record is offered to a child it is not for. */
    public static final String TO_TOPICS = "counted-to-topics";

    /** The child that takes amounts. */
    public static final String TO_MERGER = "amounts-to-merger";

    /** The store of what is known of each user. */
    static final String USERS = "users";

    private static final Logger LOGGER = LoggerFactory.getLogger(EventCounter.class);
    private static final String BUFFER = "count-buffer";
    private static final String SEEN = "seen-ids";
    // Of one drain, and so of one heap; see CountMerger.
    private static final int MAX_CELLS = 100_000;
    // Of one commit, which has to be over before its transaction is given up.
    private static final int MAX_CHANGED_USERS = 50_000;
    private static final int MAX_REMEMBERED_HEADS = 1_000;

    private final CountingSettings settings;
    private final HeapLimits limits;
    private final CountMeters.Task meters;
    private final long allowedLatenessMs;
    private final long allowedSkewMs;
    private final WindowCalendar calendar;
    private final EventView event = new EventView();
    private final EventWriter writer = new EventWriter();
    private final EventTally tally = new EventTally();
    private final Days days;
    private final Map<Integer, byte[]> callsHeads = new HashMap<>();
    private final Map<Integer, byte[]> clicksHeads = new HashMap<>();
    private final byte[] lifetimeClicksHead = CountKey.head(Metric.CLICKS, Window.LIFETIME, Dimension.USER);
    private ProcessorContext<byte[], Output> context;
    private CommitBuffer buffer;
    private UserTally users;
    private SeenIds seen;
    private SeenChunks seenChunks;
    private int partition;
    private long newestAppend;

    private EventCounter(CountingSettings settings, HeapLimits limits, CountMeters meters) {
        this.settings = settings;
        this.limits = limits;
        this.meters = meters.newTask();
        allowedLatenessMs = settings.allowedLateness().toMillis();
        allowedSkewMs = settings.allowedSkew().toMillis();
        calendar = new WindowCalendar(settings.zone());
        days = new Days(calendar);
    }

    /** Supplies them and their stores. */
    public static ProcessorSupplier<byte[], byte[], byte[], Output> supplier(
            CountingSettings settings, CommitGuard guard, CountMeters meters) {
        HeapLimits limits = HeapLimits.forEachOf(settings.partitions());
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], byte[], byte[], Output> get() {
                return new EventCounter(settings, limits, meters);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(
                        CommitBuffer.builder(BUFFER, guard),
                        WriteBackStore.builder(USERS, limits.heldValues()),
                        Stores.keyValueStoreBuilder(
                                        Stores.persistentKeyValueStore(SEEN),
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
        partition = context.taskId().partition();
        users = new UserTally(context.getStateStore(USERS), limits.keptUsers());
        clear();
        restoreSeen();
        newestAppend = 0;
        buffer = context.getStateStore(BUFFER);
        buffer.connect(context, new CommitBuffer.Heap() {
            @Override
            public void drain() {
                EventCounter.this.drain();
            }

            @Override
            public void clear() {
                EventCounter.this.clear();
            }
        });
    }

    @Override
    public void process(Record<byte[], byte[]> polled) {
        buffer.fill();
        RecordMetadata origin = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record from a topic knows where it is from"));
        List<ConsumerRecord<byte[], byte[]>> records = PolledBatch.recordsOf(polled, origin);
        if (origin.topic().equals(Topics.ERASURES)) {
            records.forEach(this::erase);
            return;
        }
        // Nobody but us writes to that topic, and to the right partition.
        boolean rerouted = origin.topic().equals(Topics.REROUTED);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            judge(record, rerouted);
        }
    }

    private void judge(ConsumerRecord<byte[], byte[]> record, boolean rerouted) {
        long append = rerouted ? firstAppend(record) : record.timestamp();
        newestAppend = Math.max(newestAppend, append);
        Invalid invalid = event.read(record.value());
        if (invalid != null) {
            refuse(record, append, Outcome.INVALID, invalid.detail());
            return;
        }
        long happened = event.timeMillis() == EventView.ABSENT ? append : event.timeMillis();
        if (append - happened > allowedLatenessMs) {
            refuse(
                    record,
                    append,
                    Outcome.LATE,
                    "happened " + Duration.ofMillis(append - happened) + " before its append");
        } else if (happened - append > allowedSkewMs) {
            refuse(
                    record,
                    append,
                    Outcome.FUTURE,
                    "is dated " + Duration.ofMillis(happened - append) + " after its append");
        } else if (!rerouted && isElsewhere(record)) {
            reroute(append);
        } else {
            count(append, happened);
        }
    }

    private void count(long append, long happened) {
        int appendMinute = WindowStarts.minuteOf(append);
        if (seen != null && event.id().isPresent() && seen.isDuplicate(event.id(), append)) {
            tally.addOutcome(Outcome.DUPLICATE, appendMinute);
            meters.add(Outcome.DUPLICATE);
            return;
        }
        tally.addOutcome(Outcome.ACCEPTED, appendMinute);
        meters.add(Outcome.ACCEPTED);
        tally.add(event, WindowStarts.minuteOf(happened));
        if (event.userId().isPresent()) {
            users.add(event.userId(), event.type(), days.dayAt(happened), tally);
        }
        boolean heapIsFull = tally.isFull() || tally.size() > MAX_CELLS || users.changed() > MAX_CHANGED_USERS;
        if (heapIsFull) {
            drain();
            context.commit();
        }
    }

    private void erase(ConsumerRecord<byte[], byte[]> request) {
        byte[] user = request.key();
        if (user == null) {
            return;
        }
        users.erase(Utf8Slice.of(user));
        long now = context.currentSystemTimeMs();
        UserCountKeys keys = new UserCountKeys(user);
        int firstDay = days.dayAt(
                Math.max(0, request.timestamp() - settings.userDaysOnTopic().toMillis()));
        int lastDay = days.dayAt(Math.max(newestAppend, request.timestamp()) + allowedSkewMs);
        keys.forEach(
                firstDay,
                lastDay,
                (kept, key) -> context.forward(new Record<>(key, new Output.Count(kept, null), now), TO_TOPICS));
        LOGGER.info(
                "erasure {}: the user is forgotten",
                ErasureRequest.idOf(request.value()).orElse("without an id"));
    }

    /** Whether the event's owner has another partition than the one it was read from. */
    private boolean isElsewhere(ConsumerRecord<byte[], byte[]> record) {
        Utf8Slice owner = event.owner();
        if (!owner.isPresent()) {
            return false;
        }
        byte[] key = record.key();
        byte[] ownerKey = key != null && owner.contentEquals(key) ? key : owner.toBytes();
        return Utils.toPositive(Utils.murmur2(ownerKey)) % settings.partitions() != partition;
    }

    private void reroute(long append) {
        meters.addRerouted();
        Headers headers = new RecordHeaders();
        headers.add(
                Topics.APPEND_TIME_HEADER,
                ByteBuffer.allocate(Long.BYTES).putLong(append).array());
        byte[] owner = event.owner().toBytes();
        // Not as it came: with the header it may be more than Kafka takes, which would end the work.
        context.forward(
                new Record<>(owner, new Output.Rerouted(writer.write(event)), context.currentSystemTimeMs(), headers),
                TO_TOPICS);
    }

    private static long firstAppend(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(Topics.APPEND_TIME_HEADER);
        return header == null || header.value().length != Long.BYTES
                ? record.timestamp()
                : ByteBuffer.wrap(header.value()).getLong();
    }

    private void refuse(ConsumerRecord<byte[], byte[]> record, long append, Outcome outcome, String detail) {
        tally.addOutcome(outcome, WindowStarts.minuteOf(append));
        meters.add(outcome);
        context.forward(DeadLetters.of(record, outcome, detail, context.currentSystemTimeMs()), TO_TOPICS);
    }

    private void drain() {
        meters.drain(tally.size(), users.changed());
        long now = context.currentSystemTimeMs();
        int firstOpenDay =
                days.dayAt(Math.max(0, newestAppend - settings.windowsStayOpen().toMillis()));
        users.drain(firstOpenDay, new UserTally.Receiver() {
            @Override
            public void dayCalls(byte[] user, int day, long count) {
                forwardCount(RetentionClass.USER_DAY, head(callsHeads, Metric.CALLS, day), user, count, now);
            }

            @Override
            public void dayClicks(byte[] user, int day, long count) {
                forwardCount(RetentionClass.USER_DAY, head(clicksHeads, Metric.CLICKS, day), user, count, now);
            }

            @Override
            public void lifetimeClicks(byte[] user, long count) {
                forwardCount(RetentionClass.LIFETIME, lifetimeClicksHead, user, count, now);
            }
        });
        tally.drain(
                newestAppend,
                (key, amounts) -> context.forward(new Record<>(key, new Output.Amounts(amounts), now), TO_MERGER));
        if (seenChunks != null) {
            seenChunks.save();
            meters.ids(seen.size(), seen.forgottenEarly());
        }
    }

    private void forwardCount(RetentionClass kept, byte[] head, byte[] user, long count, long now) {
        context.forward(
                new Record<>(CountKey.of(head, user), new Output.Count(kept, MergedCounts.bytes(count)), now),
                TO_TOPICS);
    }

    private static byte[] head(Map<Integer, byte[]> heads, Metric metric, int day) {
        if (heads.size() > MAX_REMEMBERED_HEADS) {
            heads.clear();
        }
        return heads.computeIfAbsent(
                day,
                missing -> CountKey.head(
                        metric,
                        new Window(
                                Granularity.DAY, LocalDate.ofEpochDay(missing).toString()),
                        Dimension.USER));
    }

    private void restoreSeen() {
        long horizonMs = settings.deduplicationHorizon().toMillis();
        if (horizonMs > 0) {
            seen = new SeenIds(context.stateDir().toPath(), horizonMs, IdLimits.forEachOf(settings.partitions()));
            seenChunks = new SeenChunks(context.getStateStore(SEEN), seen, horizonMs);
            seenChunks.restore();
        }
    }

    @Override
    public void close() {
        meters.clear();
    }

    private void clear() {
        meters.clear();
        tally.clear();
        users.clear();
        if (seen != null) {
            seen.clear();
        }
    }
}
