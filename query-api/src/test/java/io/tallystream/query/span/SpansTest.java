package io.tallystream.query.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpansTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:31Z");
    private static final CountTable.Row CALLS =
            CountTable.find(Metric.CALLS, Dimension.TOTAL).orElseThrow();

    @Test
    void shouldBeTheLast30DaysWithoutAnyParameter() {
        Span span = trend("UTC");

        assertThat(span.granularity()).isEqualTo(Granularity.DAY);
        assertThat(span.buckets()).hasSize(30);
        assertThat(span.range()).contains("day");
        assertThat(span.to()).isEqualTo("2026-11-21T00:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "minute, 2026-11-20T10:01:30Z, 2026-11-20T10:03:00.001Z, 2026-11-20T10:01:00Z, 2026-11-20T10:04:00Z, 3",
        "minute, 2026-11-20T10:01:00Z, 2026-11-20T10:03:00Z,     2026-11-20T10:01:00Z, 2026-11-20T10:03:00Z, 2",
        "hour,   2026-11-20T08:00:00+01:00, 2026-11-20T12:30:00+02:00, 2026-11-20T07:00:00Z, 2026-11-20T11:00:00Z, 4",
        "day,    2026-11-18,           2026-11-20,               2026-11-18T00:00:00Z, 2026-11-20T00:00:00Z, 2",
        "hour,   2026-11-20,           2026-11-21,               2026-11-20T00:00:00Z, 2026-11-21T00:00:00Z, 24",
    })
    void shouldHoldEveryWindowThatBeginsBeforeTheEndAndEndsAfterTheBeginning(
            String granularity, String from, String to, Instant first, Instant end, int windows) {
        Span span = trend("UTC", "granularity", granularity, "from", from, "to", to);

        assertThat(span.from()).isEqualTo(first);
        assertThat(span.to()).isEqualTo(end);
        assertThat(span.buckets()).hasSize(windows);
        assertThat(span.range()).isEmpty();
    }

    @Test
    void shouldEndNowWithoutAnEnd() {
        assertThat(trend("UTC", "granularity", "hour", "from", "2026-11-20T08:59:59Z")
                        .buckets())
                .extracting(bucket -> bucket.start().toString())
                .containsExactly("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "America/New_York, 2026-03-08, 23",
        "America/New_York, 2026-11-01, 25",
        "Asia/Kolkata,     2026-11-20, 24",
        "Asia/Shanghai,    2026-11-20, 24",
    })
    void shouldTakeADateForItsDayInTheZone(String zone, String date, int hours) {
        Instant noon = Instant.parse(date + "T23:00:00Z");
        Spans spans = spans(zone);
        Span span = spans.of(parameters("trend", "granularity", "hour", "from", date, "to", next(date)), CALLS, noon);

        assertThat(span.buckets()).hasSize(hours);
        assertThat(span.from())
                .isEqualTo(spans.calendar().startOf(span.buckets().get(0).window()))
                .isEqualTo(LocalDate.parse(date).atStartOfDay(ZoneId.of(zone)).toInstant());
        for (int i = 1; i < hours; i++) {
            assertThat(span.buckets().get(i).start())
                    .isEqualTo(span.buckets().get(i - 1).end());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from=2026-11-20                                            | from",
                "to=2026-11-20                                              | to",
                "range=day&granularity=day&from=2026-11-19                  | range",
                "granularity=day                                            | from",
                "granularity=day&to=2026-11-20                              | from",
                "granularity=day&from=2026-11-20&to=2026-11-19              | from",
                "granularity=day&from=2026-11-20&to=2026-11-20              | from",
                "granularity=day&from=2026-11-21                            | from",
                "granularity=day&from=2026-11-31                            | from",
                "granularity=day&from=yesterday                             | from",
                "granularity=day&from=2026-11-20T10:15:00                   | from",
                "granularity=day&from=20261120                              | from",
                "granularity=day&from=1960-01-01                            | from",
                "granularity=day&from=2026-11-19&to=9999-01-01              | to",
                "granularity=day&from=2026-11-19&to=+999999999-01-01        | to",
                "granularity=day&from=2026-11-19&to=2026-11-20T25:00:00Z    | to",
            })
    void shouldRefuseWhatNamesNoWindows(String query, String parameter) {
        assertThatThrownBy(() -> spans("UTC").of(parametersOf(query), CALLS, NOW))
                .isInstanceOfSatisfying(RefusedException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(400);
                    assertThat(refused.code()).isEqualTo("bad-parameter");
                    assertThat(refused.members()).containsEntry("parameter", parameter);
                    assertThat(refused).hasMessageContaining(parameter);
                });
    }

    @ParameterizedTest
    @CsvSource({
        // Kept for 7 days after their end.
        "minute, 2026-11-13T10:15:00Z, ''",
        "minute, 2026-11-13T10:14:00Z, hour",
        "minute, 2026-10-20T10:14:00Z, day",
        "hour,   2026-10-21T10:00:00Z, ''",
        "hour,   2026-10-21T09:00:00Z, day",
        "hour,   2025-11-20T00:00:00Z, day",
        "day,    2025-11-20,           ''",
        "day,    2025-11-19,           none",
        "minute, 2016-11-20T00:00:00Z, none",
    })
    void shouldNameTheFinestGranularityThatIsKept(String granularity, String from, String finest) {
        Runnable question = () ->
                trend("UTC", "granularity", granularity, "from", from, "to", from.substring(0, 10) + "T23:59:00Z");
        if (finest.isEmpty()) {
            question.run();
            return;
        }
        assertThatThrownBy(question::run).isInstanceOfSatisfying(RefusedException.class, refused -> {
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.code()).isEqualTo("expired");
            assertThat(refused.members()).containsEntry("parameter", "from");
            assertThat(refused.members().getOrDefault("granularity", "none")).isEqualTo(finest);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-28", "2036-11-20"})
    void shouldRefuseMoreWindowsThanAnAnswerHas(String to) {
        assertThatThrownBy(() -> trend("UTC", "granularity", "minute", "from", "2026-11-20", "to", to))
                .isInstanceOfSatisfying(RefusedException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(422);
                    assertThat(refused.code()).isEqualTo("too-many-windows");
                });
        assertThat(trend("UTC", "granularity", "minute", "from", "2026-11-20", "to", "2026-11-27")
                        .buckets())
                .hasSize(7 * 1440);
    }

    @Test
    void shouldRefuseAGranularityThatIsNotCounted() {
        CountTable.Row users =
                CountTable.find(Metric.ACTIVE_USERS, Dimension.TOTAL).orElseThrow();

        assertThatThrownBy(() -> spans("UTC").of(parametersOf("range=hour"), users, NOW))
                .isInstanceOf(RefusedException.class)
                .hasMessage("granularity: active_users by total is not counted by hour, but by day");
    }

    @Test
    void shouldCompareWithAsManyWindowsBefore() {
        Span span = trend("UTC", "granularity", "hour", "from", "2026-11-20T07:00:00Z", "to", "2026-11-20T10:00:00Z");

        Span previous = spans("UTC").previous(span);

        assertThat(previous.from()).isEqualTo("2026-11-20T04:00:00Z");
        assertThat(previous.to()).isEqualTo(span.from());
        assertThat(previous.buckets()).hasSize(3);
    }

    @Test
    void shouldCompareWithTheSameHoursOfTheClockAWeekBeforeOverAClockChange() {
        // The clock of New York went back on 1 November.
        Spans spans = spans("America/New_York");
        Instant now = Instant.parse("2026-11-03T20:00:00Z");
        Span span = spans.of(
                parametersOf("granularity=hour&from=2026-11-03T14:00:00Z&to=2026-11-03T16:00:00Z"), CALLS, now);

        assertThat(spans.weekBefore(span).buckets())
                .extracting(bucket -> bucket.start().toString())
                .containsExactly("2026-10-27T13:00:00Z", "2026-10-27T14:00:00Z");
    }

    @Test
    void shouldTakeAnyTimeForTheWindowItIsIn() {
        Spans spans = spans("Asia/Shanghai");

        assertThat(spans.window(parameters("top", "window", "2026-11-19T16:00:00Z"), Granularity.DAY, NOW)
                        .window()
                        .label())
                .isEqualTo("2026-11-20");
        assertThat(spans.window(parameters("top"), Granularity.HOUR, NOW).start())
                .isEqualTo("2026-11-20T10:00:00Z");
        assertThat(spans.window(parameters("top", "window", "all"), Granularity.LIFETIME, NOW)
                        .window()
                        .label())
                .isEqualTo("all");
        assertThatThrownBy(() -> spans.window(parameters("top", "window", "2026-11-19"), Granularity.LIFETIME, NOW))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("window must be all");
    }

    @Test
    void shouldLeaveOutDaysThatAreNotKeptWhereNoneWereAskedFor() {
        Retention shorter =
                new Retention(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(365), Duration.ofDays(10));
        CountTable.Row users = CountTable.find(Metric.CLICKS, Dimension.USER).orElseThrow();

        Span span = new Spans(new WindowCalendar(ZoneId.of("UTC")), shorter, Duration.ofHours(1))
                .days(parameters("user"), users, 30, NOW);

        assertThat(span.from()).isEqualTo("2026-11-10T00:00:00Z");
        assertThat(span.buckets()).hasSize(11);
    }

    private static String next(String date) {
        return LocalDate.parse(date).plusDays(1).toString();
    }

    private static Spans spans(String zone) {
        return new Spans(
                new WindowCalendar(ZoneId.of(zone)),
                new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30)),
                Duration.ofHours(1));
    }

    private static Span trend(String zone, String... namesAndValues) {
        return spans(zone).of(parameters("trend", namesAndValues), CALLS, NOW);
    }

    private static Parameters parametersOf(String query) {
        return parameters("trend", query.strip().split("[&=]", -1));
    }

    private static Parameters parameters(String operation, String... namesAndValues) {
        Map<String, List<String>> query = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            query.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        return ApiContract.load().operations().stream()
                .filter(known -> known.id().equals(operation))
                .findFirst()
                .orElseThrow()
                .read(Map.of("id", "u1"), query);
    }
}
