package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DayEdgesIT extends WithApi {
    DayEdgesIT(EmbeddedRedis redis) {
        super(redis);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-19T15:59:59.999Z, 2026-11-19, 23, 2026-11-19T15:00:00Z, 1, 10",
        "2026-11-19T16:00:00Z,     2026-11-20,  0, 2026-11-19T16:00:00Z, 2, 20",
    })
    void shouldChangeTheDayAtMidnightOfItsZone(
            Instant now, String date, int hour, String hourStart, int dayCalls, int hourCalls) throws Exception {
        startAt(ZoneId.of("Asia/Shanghai"), now);
        counts.total(Metric.CALLS, window(DAY, "2026-11-19"), 1)
                .total(Metric.CALLS, window(DAY, "2026-11-20"), 2)
                .total(Metric.CALLS, window(HOUR, "2026-11-19T15:00Z"), 10)
                .total(Metric.CALLS, window(HOUR, "2026-11-19T16:00Z"), 20);

        JsonObject overview = api.json(OVERVIEW);
        JsonObject trend = api.json(TREND);

        assertThat(overview.getString("time_zone")).isEqualTo("Asia/Shanghai");
        assertThat(overview.getJsonObject("today").getString("date")).isEqualTo(date);
        assertThat(overview.getJsonObject("today").getInteger("calls")).isEqualTo(dayCalls);
        assertThat(overview.getJsonObject("current_hour"))
                .isEqualTo(new JsonObject()
                        .put("hour", hour)
                        .put("start", hourStart)
                        .put("calls", hourCalls));
        Instant midnight = LocalDate.parse(date).atStartOfDay().minusHours(8).toInstant(ZoneOffset.UTC);
        assertThat(timesOf(trend).get(29)).isEqualTo(midnight.toString());
        assertThat(trend.getString("to"))
                .isEqualTo(midnight.plus(Duration.ofDays(1)).toString());
        assertThat(countsOf(trend)).endsWith((long) dayCalls);
    }

    @ParameterizedTest
    @CsvSource({
        // The clock goes from 01:59 to 03:00; then, in autumn, from 01:59 to 01:00.
        "2026-03-08T18:30:00Z, 2026-03-07T19:00:00Z",
        "2026-11-01T17:30:00Z, 2026-10-31T18:00:00Z",
    })
    void shouldShow24WholeHoursOverAChangeOfTheClock(Instant now, Instant from) throws Exception {
        startAt(NEW_YORK, now);
        List<String> hours = every(Duration.ofHours(1), from.toString(), 24);
        for (int i = 0; i < hours.size(); i++) {
            counts.total(Metric.CALLS, window(HOUR, hours.get(i).replace(":00Z", "Z")), i + 1L);
        }

        JsonObject trend = api.json(TREND + "?range=hour");

        assertThat(timesOf(trend)).isEqualTo(hours);
        assertThat(countsOf(trend))
                .isEqualTo(IntStream.rangeClosed(1, 24).mapToObj(Long::valueOf).toList());
        assertThat(trend.getString("to"))
                .isEqualTo(from.plus(Duration.ofDays(1)).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-09T12:00:00Z, 2026-03-08, 2026-03-08T05:00:00Z, 23",
        "2026-11-02T12:00:00Z, 2026-11-01, 2026-11-01T04:00:00Z, 25",
    })
    void shouldShowDaysOf23And25Hours(Instant now, String date, Instant start, int hours) throws Exception {
        startAt(NEW_YORK, now);
        counts.total(Metric.CALLS, window(DAY, date), 7);

        JsonObject trend = api.json(TREND);

        List<String> times = timesOf(trend);
        assertThat(times).hasSize(30).doesNotHaveDuplicates().isSorted();
        assertThat(times.get(28)).isEqualTo(start.toString());
        assertThat(times.get(29)).isEqualTo(start.plus(Duration.ofHours(hours)).toString());
        assertThat(countsOf(trend)).endsWith(0L, 7L, 0L);
    }

    @ParameterizedTest
    @CsvSource({"2026-11-01T05:30:00Z, 2026-11-01T05:00:00Z, 5", "2026-11-01T06:30:00Z, 2026-11-01T06:00:00Z, 6"})
    void shouldTellTheHourThatComesTwiceApart(Instant now, String start, int calls) throws Exception {
        startAt(NEW_YORK, now);
        counts.total(Metric.CALLS, window(HOUR, "2026-11-01T05:00Z"), 5)
                .total(Metric.CALLS, window(HOUR, "2026-11-01T06:00Z"), 6);

        assertThat(api.json(OVERVIEW).getJsonObject("current_hour"))
                .isEqualTo(new JsonObject().put("hour", 1).put("start", start).put("calls", calls));
    }

    @ParameterizedTest
    @CsvSource({
        // The last and the first moment of days, of 24, 23 and 25 hours.
        "Asia/Shanghai,    2026-11-19T15:59:59.999Z, 2026-11-19",
        "Asia/Shanghai,    2026-11-19T16:00:00Z,     2026-11-20",
        "Asia/Kolkata,     2026-11-19T18:29:59.999Z, 2026-11-19",
        "Asia/Kolkata,     2026-11-19T18:30:00Z,     2026-11-20",
        "America/New_York, 2026-03-08T04:59:59.999Z, 2026-03-07",
        "America/New_York, 2026-03-08T05:00:00Z,     2026-03-08",
        "America/New_York, 2026-03-09T03:59:59.999Z, 2026-03-08",
        "America/New_York, 2026-03-09T04:00:00Z,     2026-03-09",
        "America/New_York, 2026-11-01T03:59:59.999Z, 2026-10-31",
        "America/New_York, 2026-11-01T04:00:00Z,     2026-11-01",
        "America/New_York, 2026-11-02T04:59:59.999Z, 2026-11-01",
        "America/New_York, 2026-11-02T05:00:00Z,     2026-11-02",
    })
    void shouldAgreeOnWhatTodayIs(String zone, Instant now, String date) throws Exception {
        startAt(ZoneId.of(zone), now);
        LocalDate day = LocalDate.parse(date);
        for (int i = -2; i <= 2; i++) {
            Window window = window(DAY, day.plusDays(i).toString());
            counts.total(Metric.CALLS, window, 100 + i)
                    .total(Metric.NEW_USERS, window, 10 + i)
                    .put(Metric.CALLS, window, Dimension.ENDPOINT, "/a", 100 + i)
                    .put(Metric.CALLS, window, Dimension.STATUS, "200", 100 + i)
                    .put(Metric.CALLS, window, Dimension.USER, "u1", 100 + i);
        }

        JsonObject today = api.json(OVERVIEW).getJsonObject("today");
        assertThat(today.getString("date")).isEqualTo(date);
        assertThat(today.getLong("calls")).isEqualTo(100);
        assertThat(countsOf(api.json(TREND))).endsWith(98L, 99L, 100L);
        JsonObject top = api.json(TOP);
        assertThat(top.getString("window")).isEqualTo(date);
        assertThat(top.getString("from")).isEqualTo(timesOf(api.json(TREND)).get(29));
        assertThat(top.getLong("total")).isEqualTo(100);
        assertThat(countsOf(top)).containsExactly(100L);
        assertThat(api.json("/api/v1/stats/statuses").getLong("calls")).isEqualTo(100);
        assertThat(countsOf(api.json(TREND + "?granularity=day&from=%s&to=%s".formatted(date, day.plusDays(1)))))
                .containsExactly(100L);
        assertThat(countsOf(api.json(TREND + "?dimension=endpoint&member=/a"))).endsWith(99L, 100L);
        assertThat(buckets(api.json("/api/v1/users/growth").getJsonArray("data"))
                        .map(growth -> growth.getString("date") + "=" + growth.getLong("new_users")))
                .endsWith(day.minusDays(1) + "=9", date + "=10");
        assertThat(buckets(api.json("/api/v1/users/u1").getJsonArray("days"))
                        .map(user -> user.getString("date") + "=" + user.getLong("calls")))
                .endsWith(day.minusDays(1) + "=99", date + "=100");
    }

    @Test
    void shouldBeginHoursWhereTheClockOfTheZoneDoes() throws Exception {
        startAt(ZoneId.of("Asia/Kolkata"), NOW);
        counts.total(Metric.CALLS, window(HOUR, "2026-11-20T09:30Z"), 4);

        assertThat(api.json(OVERVIEW).getJsonObject("current_hour"))
                .isEqualTo(new JsonObject()
                        .put("hour", 15)
                        .put("start", "2026-11-20T09:30:00Z")
                        .put("calls", 4));
        assertThat(timesOf(api.json(TREND + "?range=hour"))).endsWith("2026-11-20T08:30:00Z", "2026-11-20T09:30:00Z");
        assertThat(countsOf(api.json(TREND + "?range=hour"))).endsWith(0L, 4L);
    }
}
