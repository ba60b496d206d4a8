package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.kafka.CountRecord;
import java.util.function.Function;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Makes a record for a counts topic of each changed count. */
final class CountWriter<K> extends ContextualProcessor<K, Long, byte[], byte[]> {
    private final Function<K, CountAddress> addressOf;

    private CountWriter(Function<K, CountAddress> addressOf) {
        this.addressOf = addressOf;
    }

    static CountWriter<Windowed<String>> windowed(WindowCalendar calendar, Granularity granularity) {
        // The start alone names the window; the end that Kafka Streams gives may be wrong.
        return new CountWriter<>(key ->
                address(key.key(), calendar.windowAt(granularity, key.window().startTime())));
    }

    static CountWriter<String> lifetime() {
        return new CountWriter<>(key -> address(key, Window.LIFETIME));
    }

    @Override
    public void process(Record<K, Long> record) {
        CountRecord count = new CountRecord(addressOf.apply(record.key()), record.value());
        // Now, not the window's time: brokers refuse timestamps that are ahead and delete by old ones.
        context()
                .forward(new Record<>(
                        count.key(), count.encodedValue(), context().currentSystemTimeMs()));
    }

    private static CountAddress address(String key, Window window) {
        Counted counted = Counted.parse(key);
        return new CountAddress(counted.metric(), window, counted.dimension(), counted.member());
    }
}
