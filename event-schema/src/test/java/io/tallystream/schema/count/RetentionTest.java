package io.tallystream.schema.count;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Retention RETENTION =
            new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(60));

    @Test
    void shouldReckonExpiryFromTheWindowsEnd() {
        WindowCalendar calendar = new WindowCalendar(ZoneId.of("Asia/Shanghai"));
        Window minute = new Window(Granularity.MINUTE, "2026-11-20T10:15Z");
        Window hour = new Window(Granularity.HOUR, "2026-11-20T10:00Z");
        Window day = new Window(Granularity.DAY, "2026-11-20");

        assertThat(RETENTION.expiryOf(minute, Dimension.TOTAL, calendar))
                .contains(Instant.parse("2026-11-27T10:16:00Z"));
        assertThat(RETENTION.expiryOf(hour, Dimension.ENDPOINT, calendar))
                .contains(Instant.parse("2026-12-20T11:00:00Z"));
        assertThat(RETENTION.expiryOf(day, Dimension.TOTAL, calendar)).contains(Instant.parse("2027-11-20T16:00:00Z"));
        assertThat(RETENTION.expiryOf(day, Dimension.USER, calendar)).contains(Instant.parse("2027-01-19T16:00:00Z"));
        assertThat(RETENTION.expiryOf(Window.LIFETIME, Dimension.USER, calendar))
                .isEmpty();
    }
}
