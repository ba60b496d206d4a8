package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When reports are made. */
abstract class ReportRoundsSuite extends ReportSuite {
    private static final List<String> WEEK =
            List.of("2093-11-13", "2093-11-14", "2093-11-15", "2093-11-16", "2093-11-17", "2093-11-18", "2093-11-19");

    ReportRoundsSuite(String redisUri) {
        super(redisUri);
    }

    @Test
    void shouldMakeTheReportOfTheDayBeforeAtOne() throws Exception {
        calls("2093-11-18", 5);
        calls("2093-11-19", 7);
        Api api = start();
        // Of the day before it, whose report was due a day ago, so a look at the clock has been taken.
        awaitReport(api, "2093-11-18", 1);
        awaitRound(api, 0);
        assertProblem(api.get(path("2093-11-19")), 404, "no-report");

        clock.set("2093-11-20T01:00:00Z");

        JsonObject report = awaitReport(api, "2093-11-19", 1);
        assertThat(report.getLong("total_calls")).isEqualTo(7);
        assertThat(report.getString("generated_at")).isEqualTo("2093-11-20T01:00:00Z");
        assertThat(report.getBoolean("final")).isTrue();
        assertThat(report.getBoolean("reconciled")).isTrue();
    }

    @Test
    void shouldMakeOneReportHoweverManyServersThereAre() throws Exception {
        WEEK.forEach(date -> calls(date, 3));
        Api one = start();
        Api other = start();
        awaitRound(one, 0);
        awaitRound(other, 0);
        assertThat(revisions("2093-11-19")).isEmpty();

        int roundsOfOne = rounds(one);
        int roundsOfOther = rounds(other);
        clock.set("2093-11-20T01:00:00Z");
        awaitRound(one, roundsOfOne);
        awaitRound(other, roundsOfOther);
        awaitReport(one, "2093-11-19", 1);

        assertThat(WEEK).allSatisfy(date -> assertThat(revisions(date)).containsExactly("1"));
        assertThat(one.count("tallystream.query.reports.made") + other.count("tallystream.query.reports.made"))
                .isEqualTo(WEEK.size());
        assertThat(one.answer(path("2093-11-19"))).isEqualTo(other.answer(path("2093-11-19")));
    }

    @Test
    void shouldMakeOnStartWhatWasDueWhileItWasDown() throws Exception {
        WEEK.forEach(date -> calls(date, 3));
        calls("2093-11-12", 3);
        clock.set("2093-11-20T09:30:00Z");

        Api api = start();

        awaitRound(api, 0);
        assertThat(WEEK)
                .allSatisfy(date -> assertThat(api.json(path(date)).getString("generated_at"))
                        .isEqualTo("2093-11-20T09:30:00Z"));
        // More than a week ago: on demand only.
        assertProblem(api.get(path("2093-11-12")), 404, "no-report");
    }

    @Test
    void shouldHaveReportsOfDaysWithoutEventsButNotOfThoseBeforeTheFirst() throws Exception {
        calls("2093-11-17", 3);
        clock.set("2093-11-20T09:30:00Z");

        Api api = start();

        awaitRound(api, 0);
        assertProblem(api.get(path("2093-11-16")), 404, "no-report");
        assertThat(api.json(path("2093-11-17")).getLong("total_calls")).isEqualTo(3);
        JsonObject empty = api.json(path("2093-11-18"));
        assertThat(empty.getLong("total_calls")).isZero();
        assertThat(empty.getMap()).containsEntry("success_rate", null).containsEntry("busiest_hour", null);
        assertThat(empty.getBoolean("reconciled")).isTrue();
    }

    @Test
    void shouldMakeAFurtherRevisionWhenNumbersHaveGrownAndOnlyThen() throws Exception {
        calls("2093-11-19", 7);
        clock.set("2093-11-20T01:00:00Z");
        Api api = start();
        awaitReport(api, "2093-11-19", 1);

        nextRound(api);
        assertThat(revisions("2093-11-19")).containsExactly("1");

        // Reached Kafka in time, and was counted late.
        calls("2093-11-19", 8);
        nextRound(api);

        JsonObject report = awaitReport(api, "2093-11-19", 2);
        assertThat(report.getLong("total_calls")).isEqualTo(8);
        assertThat(report.getString("generated_at")).isEqualTo("2093-11-20T01:30:00Z");
        assertThat(api.json(path("2093-11-19") + "?revision=1").getLong("total_calls"))
                .isEqualTo(7);
        nextRound(api);
        assertThat(revisions("2093-11-19")).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void shouldSeeMembersThatChangeToo() throws Exception {
        calls("2093-11-19", 7);
        clock.set("2093-11-20T01:00:00Z");
        Api api = start();
        awaitReport(api, "2093-11-19", 1);

        counts.put(Metric.CLICKS, day("2093-11-19"), Dimension.PRODUCT, "p1", 1);
        nextRound(api);

        assertThat(awaitReport(api, "2093-11-19", 2).getJsonArray("top_products"))
                .containsExactly(new JsonObject().put("product_id", "p1").put("clicks", 1));
    }

    @Test
    void shouldNotMakeAReportOfLessThanThereWas() throws Exception {
        calls("2093-11-19", 7);
        clock.set("2093-11-20T01:00:00Z");
        Api api = start();
        awaitReport(api, "2093-11-19", 1);

        calls("2093-11-19", 6);
        nextRound(api);

        assertThat(revisions("2093-11-19")).containsExactly("1");
        assertProblem(remake(api, "2093-11-19"), 422, "counts-lost");
    }

    /** As when one server of a Cluster was emptied, which does not hold the totals. */
    @Test
    void shouldNotMakeAReportOfFewerEndpointsThanThereWere() throws Exception {
        calls("2093-11-19", 7);
        counts.put(Metric.CALLS, day("2093-11-19"), Dimension.ENDPOINT, "/b", 2);
        Api api = start();
        assertThat(remake(api, "2093-11-19").statusCode()).isEqualTo(200);

        counts.put(Metric.CALLS, day("2093-11-19"), Dimension.ENDPOINT, "/b", 1);
        assertProblem(remake(api, "2093-11-19"), 422, "counts-lost");
        counts.put(Metric.CALLS, day("2093-11-19"), Dimension.ENDPOINT, "/b", 2);
        CountAddress one = new CountAddress(Metric.CALLS, day("2093-11-19"), Dimension.ENDPOINT, "/a");
        counts.redis().zrem(counts.keys().key(one), "/a");
        assertProblem(remake(api, "2093-11-19"), 422, "counts-lost");

        assertThat(revisions("2093-11-19")).containsExactly("1");
    }

    /** As when Redis was wrong and has been rebuilt. */
    @Test
    void shouldMakeAReportOfLessOnDemandWhereTheCountsDidNotAgree() throws Exception {
        calls("2093-11-19", 7);
        counts.put(Metric.CALLS, day("2093-11-19"), Dimension.STATUS, "200", 9);
        clock.set("2093-11-20T01:00:00Z");
        Api api = start();
        assertThat(awaitReport(api, "2093-11-19", 1).getBoolean("reconciled")).isFalse();

        calls("2093-11-19", 7);
        assertThat(remake(api, "2093-11-19").statusCode()).isEqualTo(200);

        JsonObject report = awaitReport(api, "2093-11-19", 2);
        assertThat(report.getBoolean("reconciled")).isTrue();
        assertThat(report.getJsonObject("status_breakdown").getLong("200")).isEqualTo(7);
    }

    @Test
    void shouldWaitUntilAllCountsOfTheDayAreThere() throws Exception {
        calls("2093-11-19", 7);
        clock.set("2093-11-20T01:00:00Z");
        counts.freshness("2093-11-20T01:00:09.999Z", "2093-11-19T20:00:00Z");
        Api api = start();
        await().atMost(Duration.ofSeconds(60)).until(() -> api.count("tallystream.query.report.waits") > 1);
        assertThat(rounds(api)).isZero();
        assertThat(revisions("2093-11-19")).isEmpty();

        counts.freshness("2093-11-20T01:00:10Z", "2093-11-19T20:00:00Z");

        assertThat(awaitReport(api, "2093-11-19", 1).getLong("total_calls")).isEqualTo(7);
    }

    @Test
    void shouldNotMakeReportsWhileCountsAreMadeAnew() throws Exception {
        calls("2093-11-19", 7);
        clock.set("2093-11-20T01:00:00Z");
        counts.redis().set(CountKeys.rebuild(prefix), "somebody");
        Api api = start();
        awaitRound(api, 0);
        assertProblem(api.get(path("2093-11-19")), 404, "no-report");
        assertProblem(remake(api, "2093-11-19"), 422, "rebuilding");

        counts.redis().del(CountKeys.rebuild(prefix));
        nextRound(api);

        awaitReport(api, "2093-11-19", 1);
    }

    @Test
    void shouldLeaveReportsOfMoreThanAWeekAgoAlone() throws Exception {
        calls("2093-11-12", 3);
        clock.set("2093-11-20T01:00:00Z");
        Api api = start();
        assertThat(remake(api, "2093-11-12").statusCode()).isEqualTo(200);

        calls("2093-11-12", 4);
        nextRound(api);

        assertThat(revisions("2093-11-12")).containsExactly("1");
        JsonObject report = new JsonObject(remake(api, "2093-11-12").body());
        assertThat(report.getInteger("revision")).isEqualTo(2);
        assertThat(report.getLong("total_calls")).isEqualTo(4);
    }

    @Test
    void shouldMakeAFinalRevisionOfADayThatWasNotOver() throws Exception {
        calls("2093-11-19", 7);
        Api api = start();
        JsonObject early = new JsonObject(remake(api, "2093-11-19").body());
        assertThat(early.getBoolean("final")).isFalse();
        assertThat(early.getMap()).containsEntry("reconciled", null);

        clock.set("2093-11-20T01:00:00Z");

        JsonObject report = awaitReport(api, "2093-11-19", 2);
        assertThat(report.getBoolean("final")).isTrue();
        assertThat(report.getBoolean("reconciled")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "Asia/Shanghai,    2093-11-19, 2093-11-19T17:00:00Z",
        "Asia/Kolkata,     2093-11-19, 2093-11-19T19:30:00Z",
        "America/New_York, 2093-03-08, 2093-03-09T05:00:00Z",
        "America/New_York, 2093-11-01, 2093-11-02T06:00:00Z",
        "Europe/London,    2093-03-28, 2093-03-29T01:00:00Z",
    })
    void shouldMakeItAtOneOfTheZone(ZoneId zone, String date, String due) throws Exception {
        String before = LocalDate.parse(date).minusDays(1).toString();
        calls(zone, before, 5);
        calls(zone, date, 7);
        clock.set(due);
        clock.forward(Duration.ofMillis(-1));
        Api api = start(zone, Optional.empty());
        awaitReport(api, before, 1);
        awaitRound(api, 0);
        assertProblem(api.get(path(date)), 404, "no-report");

        clock.set(due);

        JsonObject report = awaitReport(api, date, 1);
        assertThat(report.getLong("total_calls")).isEqualTo(7);
        assertThat(report.getString("generated_at")).isEqualTo(due);
        assertThat(report.getBoolean("final")).isTrue();
        assertThat(report.getBoolean("reconciled")).isTrue();
    }
}
