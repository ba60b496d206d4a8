package io.tallystream.faults.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tallystream.schema.event.CallStatus;
import io.tallystream.schema.event.Event;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final Instant TIME = Instant.parse("2026-11-20T10:15:31.389Z");

    private final Tally tally = new Tally();

    @Test
    void shouldCountACall() {
        tally.accepted(Event.ApiCall.of("/a", CallStatus.ofCode(404))
                .with("o-1", TIME)
                .withUser("u")
                .withDuration(21L));

        assertThat(tally.counts())
                .contains(
                        entry("calls|minute|2026-11-20T10:15Z|total|", 1L),
                        entry("calls|hour|2026-11-20T10:00Z|endpoint|/a", 1L),
                        entry("calls|day|2026-11-20|status|404", 1L),
                        entry("calls|day|2026-11-20|endpoint_status|404 /a", 1L),
                        entry("calls|day|2026-11-20|user|u", 1L),
                        entry("latency|hour|2026-11-20T10:00Z|endpoint_latency|22 /a", 1L),
                        entry("active_users|day|2026-11-20|total|", 1L),
                        entry("active_users_7d|day|2026-11-26|total|", 1L),
                        entry("active_users_30d|day|2026-12-19|total|", 1L),
                        entry("new_users|lifetime|all|total|", 1L))
                .doesNotContainKeys("active_users_7d|day|2026-11-27|total|", "active_users_30d|day|2026-12-20|total|")
                // 4 by minute and hour each, 5 by day, 2 latencies, 1 active, 7 and 30 days, new by day and lifetime.
                .hasSize(4 + 4 + 5 + 2 + 1 + 7 + 30 + 2);
    }

    @Test
    void shouldCountWhatIsNoCall() {
        tally.accepted(new Event.Click("o-1", TIME, null, "p", null));
        tally.accepted(new Event.PageView("o-2", TIME, null, "/x"));
        tally.accepted(new Event.Dwell("o-3", TIME, null, "/x", 0));
        tally.accepted(new Event.Dwell("o-4", TIME, null, "/x", 250));

        assertThat(tally.counts())
                .containsOnly(
                        entry("clicks|minute|2026-11-20T10:15Z|total|", 1L),
                        entry("clicks|hour|2026-11-20T10:00Z|total|", 1L),
                        entry("clicks|day|2026-11-20|total|", 1L),
                        entry("clicks|lifetime|all|total|", 1L),
                        entry("clicks|hour|2026-11-20T10:00Z|product|p", 1L),
                        entry("clicks|day|2026-11-20|product|p", 1L),
                        entry("clicks|lifetime|all|product|p", 1L),
                        entry("page_views|minute|2026-11-20T10:15Z|total|", 1L),
                        entry("page_views|hour|2026-11-20T10:00Z|total|", 1L),
                        entry("page_views|day|2026-11-20|total|", 1L),
                        entry("page_views|hour|2026-11-20T10:00Z|page|/x", 1L),
                        entry("page_views|day|2026-11-20|page|/x", 1L),
                        entry("dwells|hour|2026-11-20T10:00Z|total|", 2L),
                        entry("dwells|day|2026-11-20|total|", 2L),
                        entry("dwells|hour|2026-11-20T10:00Z|page|/x", 2L),
                        entry("dwells|day|2026-11-20|page|/x", 2L),
                        entry("dwell_ms|hour|2026-11-20T10:00Z|total|", 250L),
                        entry("dwell_ms|day|2026-11-20|total|", 250L),
                        entry("dwell_ms|hour|2026-11-20T10:00Z|page|/x", 250L),
                        entry("dwell_ms|day|2026-11-20|page|/x", 250L));
    }

    @Test
    void shouldCountAUserOncePerDay() {
        for (String id : new String[] {"o-1", "o-2"}) {
            tally.accepted(new Event.PageView(id, TIME, "u", "/x"));
        }
        tally.accepted(new Event.PageView("o-3", TIME.plusSeconds(86_400), "u", "/x"));

        assertThat(tally.counts())
                .contains(
                        entry("active_users|day|2026-11-20|total|", 1L),
                        entry("active_users|day|2026-11-21|total|", 1L),
                        entry("active_users_7d|day|2026-11-27|total|", 1L),
                        entry("new_users|day|2026-11-20|total|", 1L),
                        entry("new_users|lifetime|all|total|", 1L))
                .doesNotContainKey("new_users|day|2026-11-21|total|");
    }
}
