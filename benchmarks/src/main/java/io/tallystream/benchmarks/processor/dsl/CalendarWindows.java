package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.streams.kstream.Windows;
import org.apache.kafka.streams.kstream.internals.TimeWindow;

/** The windows of a calendar, for Kafka Streams. */
final class CalendarWindows extends Windows<TimeWindow> {
    // The longest there is, a day whose clock is put back by two hours. Kafka Streams reckons retention with
    // it; the end of a window that it restores is reckoned with it too, and so is not to be relied upon.
    private static final Duration MAX_SIZE = Duration.ofHours(26);

    private final WindowCalendar calendar;
    private final Granularity granularity;
    private final Duration grace;

    CalendarWindows(WindowCalendar calendar, Granularity granularity, Duration grace) {
        this.calendar = calendar;
        this.granularity = granularity;
        this.grace = grace;
    }

    @Override
    public Map<Long, TimeWindow> windowsFor(long timestamp) {
        Window window = calendar.windowAt(granularity, Instant.ofEpochMilli(timestamp));
        long start = calendar.startOf(window).toEpochMilli();
        return Map.of(start, new TimeWindow(start, calendar.endOf(window).toEpochMilli()));
    }

    Duration retention() {
        return MAX_SIZE.plus(grace);
    }

    @Override
    public long size() {
        return MAX_SIZE.toMillis();
    }

    @Override
    public long gracePeriodMs() {
        return grace.toMillis();
    }
}
