package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.query.Problems.assertProblem;
import static io.tallystream.schema.count.Granularity.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in reports, and in which forms they come. */
class ReportIT extends WithReports {
    private static final String DATE = "2093-11-19";
    private static final Window DAY = day(DATE);

    ReportIT(EmbeddedRedis redis) {
        super(redis);
    }

    private Api startWithReport() throws Exception {
        write();
        clock.set("2093-11-20T01:00:00Z");
        Api api = start();
        awaitReport(api, DATE, 1);
        return api;
    }

    private void write() {
        counts.total(Metric.CALLS, DAY, 10)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT, "/api/weather", 6)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT, "/api/news", 2)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT, "__other__/0", 1)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT, "__other__/3", 1)
                .put(Metric.CALLS, DAY, Dimension.STATUS, "200", 7)
                .put(Metric.CALLS, DAY, Dimension.STATUS, "503", 2)
                .put(Metric.CALLS, DAY, Dimension.STATUS, "error", 1)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT_STATUS, "200 /api/weather", 6)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT_STATUS, "503 /api/news", 2)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT_STATUS, "200 __other__/0", 1)
                .put(Metric.CALLS, DAY, Dimension.ENDPOINT_STATUS, "error __other__/3", 1)
                .total(Metric.CLICKS, DAY, 5)
                .put(Metric.CLICKS, DAY, Dimension.PRODUCT, "=p1", 3)
                .put(Metric.CLICKS, DAY, Dimension.PRODUCT, "p2", 2)
                .total(Metric.PAGE_VIEWS, DAY, 4)
                .total(Metric.ACTIVE_USERS, DAY, 3)
                .total(Metric.NEW_USERS, DAY, 1);
        hour("2093-11-19T08:00Z", 3, 1);
        hour("2093-11-19T17:00Z", 7, 4);
        counts.total(Metric.CALLS, day("2093-11-18"), 8)
                .put(Metric.CALLS, day("2093-11-18"), Dimension.STATUS, "200", 8)
                .total(Metric.CLICKS, day("2093-11-18"), 10)
                .total(Metric.CALLS, day("2093-11-12"), 20)
                .put(Metric.CALLS, day("2093-11-12"), Dimension.STATUS, "200", 5)
                .put(Metric.CALLS, day("2093-11-12"), Dimension.STATUS, "404", 15);
    }

    private void hour(String label, long calls, long clicks) {
        counts.total(Metric.CALLS, window(HOUR, label), calls).total(Metric.CLICKS, window(HOUR, label), clicks);
    }

    @Test
    void shouldAnswerAsTheContractShows() throws Exception {
        Api api = startWithReport();
        JsonNode contract = new YAMLMapper()
                .readTree(api.send(api.bare("/openapi.yaml").build()).body());
        List<String> asked = new ArrayList<>();
        for (String path : List.of("/api/v1/reports/daily/{date}", "/api/v1/reports/daily")) {
            JsonNode content = contract.path("paths").path(path).at("/get/responses/200/content/application~1json");
            for (JsonNode example : content.path("examples")) {
                String request = example.path("x-request").asText().replace("2026-", "2093-");
                String answer = api.answer(request);
                assertThat(new ObjectMapper().readTree(answer.replace("2093-", "2026-")))
                        .isEqualTo(example.path("value"));
                new ContractSchemas(contract)
                        .assertValid(content.at("/schema/$ref").asText(), Json.decodeValue(answer), request);
                asked.add(request);
            }
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void shouldAddUpHoweverManyEndpointsThereAre() throws Exception {
        for (int i = 0; i < 1_100; i++) {
            counts.put(Metric.CALLS, DAY, Dimension.ENDPOINT, "/e" + i, 2_000 - i);
        }
        long total = 1_100 * 2_000L - 1_099 * 1_100L / 2 + 5;
        counts.put(Metric.CALLS, DAY, Dimension.ENDPOINT, "__other__/1", 5).total(Metric.CALLS, DAY, total);
        clock.set("2093-11-20T01:00:00Z");

        JsonObject breakdown = awaitReport(start(), DATE, 1).getJsonObject("api_breakdown");

        assertThat(breakdown.stream()
                        .mapToLong(entry -> ((Number) entry.getValue()).longValue())
                        .sum())
                .isEqualTo(total);
        assertThat(breakdown.size()).isEqualTo(1_001);
        assertThat(breakdown.getLong("/e999")).isEqualTo(1_001);
    }

    @Test
    void shouldComeAsCsv() throws Exception {
        assertThat(startWithReport().csv(path(DATE) + "?format=csv")).isEqualTo("""
                figure,member,value
                total_calls,,10
                success_rate,,0.7
                clicks,,5
                page_views,,4
                active_users,,3
                new_users,,1
                api,/api/weather,6
                api,/api/news,2
                api,__other__,2
                status,200,7
                status,503,2
                status,error,1
                product,'=p1,3
                product,p2,2
                busiest_hour,2093-11-19T17:00:00Z,7
                """.replace("\n", "\r\n"));
    }

    @Test
    void shouldComeAsAPageThatRunsNothing() throws Exception {
        counts.put(Metric.CALLS, DAY, Dimension.ENDPOINT, "/<script>alert('1')</script>", 1);
        Api api = startWithReport();

        HttpResponse<String> page = api.send(api.request(path(DATE))
                .header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
                .build());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy)
                        .contains("default-src 'none'", "style-src 'self'")
                        .doesNotContain("unsafe"));
        assertThat(page.body())
                .contains(
                        "Daily report",
                        "/&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;",
                        "+25.0 %",
                        "70.00 %",
                        "The books do not")
                .doesNotContain("<script", "style=", "onload");
        assertThat(api.get(path(DATE) + "?format=html").body()).isEqualTo(page.body());
        assertThat(api.get(path(DATE)).headers().firstValue("Content-Type")).contains("application/json");
        HttpResponse<String> style = api.send(api.bare("/report.css").build());
        assertThat(style.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("href=\"../../../../report.css\"");
    }

    @Test
    void shouldListTheReportsThereAre() throws Exception {
        Api api = startWithReport();
        remake(api, DATE);

        JsonObject list = api.json("/api/v1/reports/daily?from=2093-11-18&to=2093-11-20");

        assertThat(list.getJsonArray("data").stream().map(report -> ((JsonObject) report).getString("date")))
                .containsExactly("2093-11-18", "2093-11-19");
        assertThat(list.getJsonArray("data").getJsonObject(1)).isEqualTo(new JsonObject("""
                {"date":"2093-11-19","revision":2,"final":true,"reconciled":false,"total_calls":10,"success_rate":0.7,
                 "clicks":5,"page_views":4,"active_users":3,"new_users":1,"generated_at":"2093-11-20T01:00:00Z"}"""));
        assertThat(api.json("/api/v1/reports/daily").getJsonArray("data")).hasSize(2);
        assertThat(api.csv("/api/v1/reports/daily?format=csv&from=2093-01-01")).isEqualTo("""
                date,revision,final,reconciled,total_calls,success_rate,clicks,page_views,active_users,new_users,generated_at
                2093-11-18,1,true,false,8,1.0,10,0,0,0,2093-11-20T01:00:00Z
                2093-11-19,2,true,false,10,0.7,5,4,3,1,2093-11-20T01:00:00Z
                """.replace("\n", "\r\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/reports/daily/2093-11-01,                         404, no-report",
        "/api/v1/reports/daily/2093-11-19?revision=2,              404, no-report",
        "/api/v1/reports/daily/yesterday,                          400, bad-parameter",
        "/api/v1/reports/daily/2093-02-29,                         400, bad-parameter",
        "/api/v1/reports/daily/2093-11-19?revision=0,              400, bad-parameter",
        "/api/v1/reports/daily/2093-11-19?format=pdf,              400, bad-parameter",
        "/api/v1/reports/daily?from=2093-11-19&to=2093-11-19,      400, bad-parameter",
        "/api/v1/reports/daily?from=2083-11-19&to=2093-11-19,      422, too-many-windows",
        "/api/v1/reports/daily?from=2093-11-19T00:00:00Z,          400, bad-parameter",
        "/api/v1/reconciliation?date=2093-13-01,                   400, bad-parameter",
    })
    void shouldSayWhyThereIsNone(String request, int status, String code) throws Exception {
        assertProblem(startWithReport().get(request), status, code);
    }

    @Test
    void shouldTakePostsForDaysThatCanHaveAReport() throws Exception {
        Api api = startWithReport();

        assertProblem(remake(api, "2093-11-21"), 422, "not-begun");
        assertProblem(remake(api, "2092-11-18"), 422, "expired");
        assertProblem(remake(api, "today"), 400, "bad-parameter");
        assertThat(remake(api, "2093-11-20").statusCode()).isEqualTo(200);
        assertProblem(
                api.send(api.bare(path(DATE)).POST(BodyPublishers.noBody()).build()), 401, "unauthorized");
        HttpResponse<String> reader = api.send(api.bare(path(DATE))
                .header("Authorization", "Bearer " + Api.READ_KEY)
                .POST(BodyPublishers.noBody())
                .build());
        assertProblem(reader, 403, "forbidden");
        assertThat(revisions(DATE)).containsExactly("1");
        assertThat(api.send(api.bare(path(DATE))
                                .header("X-API-Key", Api.READ_KEY)
                                .build())
                        .statusCode())
                .isEqualTo(200);
        for (String method : List.of("PUT", "DELETE", "PATCH")) {
            HttpResponse<String> refused = api.send(api.request(path(DATE))
                    .method(method, BodyPublishers.noBody())
                    .build());
            assertProblem(refused, 405, "method-not-allowed");
            assertThat(refused.headers().firstValue("Allow")).contains("GET, HEAD, POST");
        }
    }

    @Test
    void shouldRefuseADayThatTheZoneHasSkipped() throws Exception {
        Api api = start(ZoneId.of("Pacific/Apia"), Optional.empty());

        assertThat(assertProblem(remake(api, "2011-12-30"), 400, "bad-parameter")
                        .getString("detail"))
                .contains("skipped");
    }

    /** Days of 23, 24 and 25 hours, and hours that do not begin with those of UTC. */
    @ParameterizedTest
    @CsvSource({
        "Asia/Shanghai,    2093-11-19, 24, 16",
        "Asia/Kolkata,     2093-11-19, 24, 18",
        "America/New_York, 2093-03-08, 23, 5",
        "America/New_York, 2093-11-01, 25, 4",
    })
    void shouldAgreeWithTheTrendOfTheSameDay(ZoneId zone, String date, int hours, int hourOfStart) throws Exception {
        WindowCalendar calendar = new WindowCalendar(zone);
        Instant start = calendar.startOf(day(date));
        Instant end = calendar.endOf(day(date));
        assertThat(start.atZone(ZoneId.of("UTC")).getHour()).isEqualTo(hourOfStart);
        long total = 0;
        int hour = 0;
        for (Instant time = start; time.isBefore(end); time = time.plus(Duration.ofHours(1))) {
            hour++;
            total += hour;
            counts.total(Metric.CALLS, calendar.windowAt(HOUR, time), hour);
        }
        // On both sides of the day.
        counts.total(Metric.CALLS, calendar.windowAt(HOUR, end), 1_000)
                .total(Metric.CALLS, calendar.windowAt(HOUR, start.minusMillis(1)), 1_000)
                .total(Metric.CALLS, day(date), total)
                .total(Metric.CALLS, day(LocalDate.parse(date).plusDays(1).toString()), 1_000);
        clock.set(end.plus(Duration.ofHours(1)));
        Api api = start(zone, Optional.empty());

        JsonObject report = awaitReport(api, date, 1);

        assertThat(hour).isEqualTo(hours);
        assertThat(report.getLong("total_calls")).isEqualTo(total);
        assertThat(report.getJsonObject("busiest_hour").getLong("calls")).isEqualTo(hours);
        assertThat(report.getJsonObject("busiest_hour").getString("start"))
                .isEqualTo(end.minus(Duration.ofHours(1)).toString());
        assertThat(report.getJsonObject("busiest_hour").getInteger("hour")).isEqualTo(23);
        String span = "&from=" + start + "&to=" + end;
        JsonArray byHour =
                api.json("/api/v1/stats/trend?granularity=hour" + span).getJsonArray("data");
        assertThat(byHour).hasSize(hours);
        assertThat(byHour.stream()
                        .mapToLong(bucket -> ((JsonObject) bucket).getLong("count"))
                        .sum())
                .isEqualTo(total);
        assertThat(api.json("/api/v1/stats/trend?granularity=day" + span)
                        .getJsonArray("data")
                        .getJsonObject(0)
                        .getLong("count"))
                .isEqualTo(total);
    }
}
