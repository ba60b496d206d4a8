package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tallystream.query.contract.ApiContract;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

abstract class ReconciliationSuite extends ReportSuite {
    private static final String PATH = "/api/v1/reconciliation";
    private static final String DATE = "2093-11-19";

    private WindowCalendar calendar = new WindowCalendar(UTC);

    ReconciliationSuite(String redisUri) {
        super(redisUri);
    }

    /** 12 of everything, in three minutes of two hours, and two members of each dimension that are named and two that are not. */
    private void write() {
        Instant start = calendar.startOf(day(DATE));
        for (CountTable.Row row : CountTable.rows()) {
            for (int i = 0; i < 12; i++) {
                Instant time = start.plusSeconds(60L * List.of(0, 59, 60).get(i % 3));
                for (Granularity granularity : row.granularities()) {
                    if (granularity != Granularity.LIFETIME) {
                        add(row, calendar.windowAt(granularity, time), i % 4);
                    }
                }
            }
        }
    }

    private void add(CountTable.Row row, Window window, int member) {
        String name = member < 2 ? "m" + member : "__other__/" + member;
        CountAddress address = row.dimension() == Dimension.TOTAL
                ? CountAddress.ofTotal(row.metric(), window)
                : new CountAddress(row.metric(), window, row.dimension(), name);
        counts.redis().zincrby(counts.keys().key(address), 1, counts.keys().member(address));
    }

    private Api startAt(String now) throws Exception {
        clock.set(now);
        return start(calendar.zone(), Optional.empty());
    }

    private static List<JsonObject> equations(JsonObject answer) {
        return answer.getJsonArray("equations").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private static List<JsonObject> failing(JsonObject answer) {
        return equations(answer).stream()
                .filter(equation -> !equation.getString("verdict").equals("balanced"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"UTC, 2093-11-20T01:00:00Z", "Asia/Kolkata, 2093-11-19T19:30:00Z"})
    void shouldBalanceWhatAddsUpWithNamesThatAreNotCountedByTheirOwn(ZoneId zone, String now) throws Exception {
        calendar = new WindowCalendar(zone);
        write();

        JsonObject answer = startAt(now).json(PATH + "?date=" + DATE);

        assertThat(failing(answer)).isEmpty();
        new ContractSchemas(new YAMLMapper().readTree(ApiContract.load().text()))
                .assertValid("#/components/schemas/Reconciliation", answer, PATH);
        assertThat(answer.getString("verdict")).isEqualTo("balanced");
        assertThat(answer.getBoolean("final")).isTrue();
        assertThat(answer.getString("time_zone")).isEqualTo(zone.getId());
        assertThat(equations(answer))
                .allSatisfy(equation -> {
                    assertThat(equation.getLong("left_count")).isEqualTo(12);
                    assertThat(equation.getLong("right_count")).isEqualTo(12);
                })
                .extracting(equation -> equation.getString("left") + " " + equation.getString("relation") + " "
                        + equation.getString("right"))
                .contains(
                        "calls of all minutes equals calls of all hours",
                        "calls of all hours equals calls of the day",
                        "clicks by product of all hours equals clicks of all hours",
                        "calls by endpoint_status of the day equals calls of the day",
                        "clicks by user of the day at_most clicks of the day",
                        "latency by endpoint_latency of the day at_most calls of the day",
                        "events by outcome of the day equals events of the day",
                        "new_users at_most active_users");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "calls      | minute | 2093-11-19T00:59Z | total    |     | calls of all minutes",
                "events     | hour   | 2093-11-19T01:00Z | total    |     | events of all minutes, events of all hours,"
                        + " events by outcome of all hours",
                "page_views | day    | 2093-11-19        | total    |     | page_views of all hours,"
                        + " page_views by page of the day",
                "calls      | day    | 2093-11-19        | endpoint | m1  | calls by endpoint of the day",
                "clicks     | hour   | 2093-11-19T00:00Z | product  | x   | clicks by product of all hours",
                "events     | day    | 2093-11-19        | outcome  | late| events by outcome of the day",
                "calls      | day    | 2093-11-19        | user     | m0  | calls by user of the day",
                "new_users  | day    | 2093-11-19        | total    |     | new_users",
            })
    void shouldTellWhereACountIsWrong(
            String metric, String granularity, String window, String dimension, String member, String left)
            throws Exception {
        write();
        CountAddress address = new CountAddress(
                Metric.ofWireName(metric),
                new Window(Granularity.ofWireName(granularity), window),
                Dimension.ofWireName(dimension),
                member == null ? "" : member);
        counts.redis().zincrby(counts.keys().key(address), 1, counts.keys().member(address));

        JsonObject answer = startAt("2093-11-20T01:00:00Z").json(PATH);

        assertThat(answer.getString("date")).isEqualTo(DATE);
        assertThat(answer.getString("verdict")).isEqualTo("off");
        assertThat(failing(answer))
                .allSatisfy(
                        equation -> assertThat(equation.getString("verdict")).isEqualTo("off"))
                .extracting(equation -> equation.getString("left"))
                .containsExactlyInAnyOrder(left.split(", "));
    }

    @Test
    void shouldTellOfHoursThatMakeUpForEachOther() throws Exception {
        write();
        counts.redis().zincrby(counts.keys().totals(new Window(Granularity.MINUTE, DATE + "T00:00Z")), 2, "clicks");
        counts.redis().zincrby(counts.keys().totals(new Window(Granularity.MINUTE, DATE + "T01:00Z")), -2, "clicks");

        JsonObject answer = startAt("2093-11-20T01:00:00Z").json(PATH);

        assertThat(failing(answer)).hasSize(1).allSatisfy(equation -> {
            assertThat(equation.getLong("left_count")).isEqualTo(12);
            assertThat(equation.getLong("right_count")).isEqualTo(12);
            assertThat(equation.getJsonArray("details"))
                    .containsExactly("2093-11-19T00:00:00Z: 10, 8", "2093-11-19T01:00:00Z: 2, 4");
        });
    }

    @Test
    void shouldNotJudgeADayThatCanStillChange() throws Exception {
        write();
        counts.total(Metric.CALLS, day(DATE), 13);

        JsonObject answer = startAt("2093-11-20T00:59:59Z").json(PATH + "?date=" + DATE);

        assertThat(answer.getBoolean("final")).isFalse();
        assertThat(answer.getString("verdict")).isEqualTo("open");
    }

    @Test
    void shouldSayWhatIsKeptNoMore() throws Exception {
        write();
        Api api = startAt("2093-11-29T00:00:00Z");

        assertThat(failing(api.json(PATH + "?date=" + DATE)))
                .allSatisfy(equation -> {
                    assertThat(equation.getString("verdict")).isEqualTo("expired");
                    assertThat(equation.getMap()).containsEntry("left_count", null);
                })
                .extracting(equation -> equation.getString("left"))
                .containsExactlyInAnyOrder(
                        "calls of all minutes",
                        "clicks of all minutes",
                        "page_views of all minutes",
                        "events of all minutes");
        assertThat(api.json(PATH + "?date=" + DATE).getString("verdict")).isEqualTo("balanced");
        assertThat(api.json(PATH + "?date=2091-11-19").getString("verdict")).isEqualTo("expired");
    }

    @Test
    void shouldComeAsCsvAndMakeTheReportSaySo() throws Exception {
        write();
        Api api = startAt("2093-11-20T01:00:00Z");

        assertThat(api.csv(PATH + "?format=csv"))
                .startsWith("left,left_count,relation,right,right_count,verdict\r\n")
                .contains("calls of all hours,12,equals,calls of the day,12,balanced\r\n");
        assertThat(awaitReport(api, DATE, 1).getBoolean("reconciled")).isTrue();
        assertThat(api.gauge("tallystream.query.reports.off")).isZero();
        counts.total(Metric.CALLS, day(DATE), 13);
        assertThat(new JsonObject(remake(api, DATE).body()).getBoolean("reconciled"))
                .isFalse();
        assertThat(api.gauge("tallystream.query.reports.off")).isOne();
    }
}
