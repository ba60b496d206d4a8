package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.query.Problems.assertProblem;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;
import static io.tallystream.schema.count.Granularity.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
@Timeout(60)
class QueryIT {
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:31.789Z");
    private static final Window TODAY = window(DAY, "2026-11-20");
    private static final Window THIS_HOUR = window(HOUR, "2026-11-20T10:00Z");
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    private static final String OVERVIEW = "/api/v1/stats/overview";
    private static final String TREND = "/api/v1/stats/trend";

    private final String prefix = "test-" + UUID.randomUUID();
    private final EmbeddedRedis redis;
    private final Counts counts;
    private Api api;

    QueryIT(EmbeddedRedis redis) {
        this.redis = redis;
        counts = new Counts(redis, prefix);
    }

    @BeforeEach
    void start() throws Exception {
        startAt(UTC, NOW);
    }

    @AfterEach
    void stop() {
        api.close();
        counts.close();
    }

    private void startAt(ZoneId zone, Instant now) throws Exception {
        if (api != null) {
            api.close();
        }
        api = Api.start(redis.uri(), prefix, zone, now).awaitUp();
    }

    @Test
    void shouldGiveTheOverviewInExactNumbers() throws Exception {
        counts.total(Metric.CALLS, TODAY, 1_000)
                .total(Metric.CLICKS, TODAY, 77)
                .total(Metric.PAGE_VIEWS, TODAY, 9_007_199_254_740_993L - 2)
                .total(Metric.DWELLS, TODAY, 5)
                .total(Metric.ACTIVE_USERS, TODAY, 40)
                .total(Metric.NEW_USERS, TODAY, 5)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "success", 600)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "302", 150)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "399", 150)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "400", 60)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "503", 30)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "error", 10)
                .total(Metric.CALLS, THIS_HOUR, 99);
        for (int i = 1; i <= 7; i++) {
            counts.put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/api/" + i, i * 10L);
        }
        // Not today, not this hour.
        counts.total(Metric.CALLS, window(DAY, "2026-11-19"), 5_555)
                .total(Metric.CALLS, window(HOUR, "2026-11-20T09:00Z"), 6_666)
                .put(Metric.CALLS, window(DAY, "2026-11-19"), Dimension.ENDPOINT, "/old", 7_777);

        JsonObject expected = new JsonObject()
                .put("as_of", "2026-11-20T10:15:31Z")
                .put("time_zone", "UTC")
                .put(
                        "today",
                        new JsonObject()
                                .put("date", "2026-11-20")
                                .put("calls", 1_000)
                                .put("success_rate", 0.9)
                                .put("clicks", 77)
                                .put("page_views", 9_007_199_254_740_991L)
                                .put("active_users", 40)
                                .put("new_users", 5))
                .put(
                        "current_hour",
                        new JsonObject()
                                .put("hour", 10)
                                .put("start", "2026-11-20T10:00:00Z")
                                .put("calls", 99))
                .put(
                        "hot_apis",
                        new JsonArray()
                                .add(hot("/api/7", 70))
                                .add(hot("/api/6", 60))
                                .add(hot("/api/5", 50))
                                .add(hot("/api/4", 40))
                                .add(hot("/api/3", 30)));
        assertThat(api.json(OVERVIEW)).isEqualTo(expected);
        assertThat(api.json("/api/admin/stats/overview")).isEqualTo(expected);
    }

    @Test
    void shouldGiveNoSuccessRateWithoutCalls() throws Exception {
        counts.total(Metric.CLICKS, TODAY, 3);

        JsonObject overview = api.json(OVERVIEW);

        JsonObject today = overview.getJsonObject("today");
        assertThat(today.containsKey("success_rate")).isTrue();
        assertThat(today.getValue("success_rate")).isNull();
        assertThat(today.getInteger("calls")).isZero();
        assertThat(today.getInteger("clicks")).isEqualTo(3);
        assertThat(overview.getJsonObject("current_hour").getInteger("calls")).isZero();
        assertThat(overview.getJsonArray("hot_apis")).isEmpty();
    }

    @Test
    void shouldNotStumbleOverWhatANewerVersionCounts() throws Exception {
        counts.total(Metric.CALLS, TODAY, 4)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "success", 3)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "__other__", 1);
        counts.redis().zadd(counts.keys().totals(TODAY), 12, "not_yet_known");

        JsonObject today = api.json(OVERVIEW).getJsonObject("today");

        assertThat(today.getInteger("calls")).isEqualTo(4);
        assertThat(today.getDouble("success_rate")).isEqualTo(0.75);
        assertThat(countsOf(api.json(TREND))).endsWith(4L);
    }

    @Test
    void shouldShowTheLast60Minutes() throws Exception {
        counts.total(Metric.CALLS, window(MINUTE, "2026-11-20T09:15Z"), 1)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T09:16Z"), 2)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T10:00Z"), 3)
                .total(Metric.CLICKS, window(MINUTE, "2026-11-20T10:01Z"), 9)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T10:15Z"), 4);

        JsonObject trend = api.json(TREND + "?range=minute");

        assertThat(trend.getString("range")).isEqualTo("minute");
        assertThat(trend.getString("granularity")).isEqualTo("minute");
        assertThat(trend.getString("metric")).isEqualTo("calls");
        assertThat(trend.getString("time_zone")).isEqualTo("UTC");
        assertThat(trend.getString("from")).isEqualTo("2026-11-20T09:16:00Z");
        assertThat(trend.getString("to")).isEqualTo("2026-11-20T10:16:00Z");
        assertThat(timesOf(trend)).isEqualTo(every(Duration.ofMinutes(1), "2026-11-20T09:16:00Z", 60));
        assertThat(countsOf(trend)).hasSize(60).startsWith(2L, 0L).endsWith(0L, 4L);
        assertThat(countsOf(trend).get(44)).isEqualTo(3);
        assertThat(countsOf(trend).stream().mapToLong(Long::longValue).sum()).isEqualTo(9);
    }

    @Test
    void shouldShowTheLast24Hours() throws Exception {
        counts.total(Metric.CALLS, window(HOUR, "2026-11-19T10:00Z"), 1)
                .total(Metric.CALLS, window(HOUR, "2026-11-19T11:00Z"), 2)
                .total(Metric.CALLS, THIS_HOUR, 3);

        JsonObject trend = api.json(TREND + "?range=hour");

        assertThat(trend.getString("range")).isEqualTo("hour");
        assertThat(trend.getString("granularity")).isEqualTo("hour");
        assertThat(trend.getString("from")).isEqualTo("2026-11-19T11:00:00Z");
        assertThat(trend.getString("to")).isEqualTo("2026-11-20T11:00:00Z");
        assertThat(timesOf(trend)).isEqualTo(every(Duration.ofHours(1), "2026-11-19T11:00:00Z", 24));
        assertThat(countsOf(trend)).startsWith(2L, 0L).endsWith(0L, 3L);
        assertThat(countsOf(trend).stream().mapToLong(Long::longValue).sum()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {TREND, TREND + "?range=day", "/api/admin/stats/trend", "/api/admin/stats/trend?range=day"})
    void shouldShowTheLast30DaysUnlessAskedOtherwise(String path) throws Exception {
        counts.total(Metric.CALLS, window(DAY, "2026-10-21"), 1)
                .total(Metric.CALLS, window(DAY, "2026-10-22"), 2)
                .total(Metric.CALLS, TODAY, 3);

        JsonObject trend = api.json(path);

        assertThat(trend.getString("range")).isEqualTo("day");
        assertThat(trend.getString("from")).isEqualTo("2026-10-22T00:00:00Z");
        assertThat(trend.getString("to")).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(timesOf(trend)).isEqualTo(every(Duration.ofDays(1), "2026-10-22T00:00:00Z", 30));
        assertThat(countsOf(trend)).startsWith(2L, 0L).endsWith(0L, 3L);
        assertThat(countsOf(trend).stream().mapToLong(Long::longValue).sum()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clicks", "page_views"})
    void shouldShowOtherMetrics(String metric) throws Exception {
        counts.total(Metric.CALLS, TODAY, 1).total(Metric.ofWireName(metric), TODAY, 2);

        JsonObject trend = api.json(TREND + "?metric=" + metric);

        assertThat(trend.getString("metric")).isEqualTo(metric);
        assertThat(countsOf(trend)).endsWith(0L, 2L);
    }

    @ParameterizedTest
    @CsvSource({
        // An hour ends, and an hour later it is final: not before.
        "2026-11-20T10:00:00Z,     2026-11-20T08:00:00Z",
        "2026-11-20T09:59:59.999Z, 2026-11-20T07:00:00Z",
        "2026-11-20T10:59:59.999Z, 2026-11-20T08:00:00Z",
    })
    void shouldCallFinalWhatCanNoLongerChange(Instant now, String lastFinal) throws Exception {
        startAt(UTC, now);

        JsonArray data = api.json(TREND + "?range=hour").getJsonArray("data");

        List<String> finals = buckets(data)
                .filter(bucket -> bucket.getBoolean("final"))
                .map(bucket -> bucket.getString("time"))
                .toList();
        List<String> open = buckets(data)
                .filter(bucket -> !bucket.getBoolean("final"))
                .map(bucket -> bucket.getString("time"))
                .toList();
        assertThat(finals).endsWith(lastFinal);
        assertThat(open)
                .hasSize(24 - finals.size())
                .allSatisfy(time -> assertThat(time).isGreaterThan(lastFinal));
    }

    @Test
    void shouldCallNoMinuteFinalThatEventsMayStillReach() throws Exception {
        assertThat(buckets(api.json(TREND + "?range=minute").getJsonArray("data")))
                .hasSize(60)
                .noneMatch(bucket -> bucket.getBoolean("final"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "u1",
                "a b",
                "a/b",
                "/",
                "a%2Fb",
                "%",
                "a+b",
                "a;b=c",
                "a?b#c",
                "a&b",
                "\u00fc\u65e5\ud83d\ude00",
                "..x",
                ":id",
                "*"
            })
    void shouldTellTheClicksOfUsersWithAnyName(String user) throws Exception {
        counts.put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, user, 12)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, user + "x", 13)
                .put(Metric.CLICKS, TODAY, Dimension.USER, user, 5);
        String encoded = URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");

        assertThat(api.json("/api/v1/users/" + encoded + "/clicks"))
                .isEqualTo(new JsonObject().put("user_id", user).put("clicks", 12));
        assertThat(api.answer("/user/" + encoded + "/clicks")).isEqualTo("12");
    }

    @Test
    void shouldTellThatAnUnknownUserHasNoClicks() throws Exception {
        assertThat(api.json("/api/v1/users/nobody/clicks"))
                .isEqualTo(new JsonObject().put("user_id", "nobody").put("clicks", 0));
        assertThat(api.answer("/user/nobody/clicks")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TREND + "?range=year",
                TREND + "?range=",
                TREND + "?range=DAY",
                TREND + "?range=lifetime",
                TREND + "?metric=dwells",
                TREND + "?metric=nonsense",
                TREND + "?range=day&limit=3",
                OVERVIEW + "?range=day",
                "/api/admin/stats/overview?x",
                "/api/admin/stats/trend?range=week",
                "/api/v1/users/u1/clicks?day=1",
                "/user/u1/clicks?day=1",
            })
    void shouldRefuseWhatItDoesNotKnow(String path) throws Exception {
        assertProblem(api.get(path), 400, "bad-parameter");

        assertThat(api.get(OVERVIEW).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRefuseAQueryThatCannotBeDecoded() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String request = "GET " + TREND + "?range=%zz HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + Api.TOKEN
                    + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));

            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(response)
                    .startsWith("HTTP/1.1 400 ")
                    .containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n")
                    .endsWith("}");
        }
    }

    @Test
    void shouldNameTheParameterAndItsValues() throws Exception {
        assertThat(assertProblem(api.get(TREND + "?range=year"), 400, "bad-parameter")
                        .getString("detail"))
                .isEqualTo("range must be one of minute, hour, day");
        assertThat(assertProblem(api.get(TREND + "?colour=red"), 400, "bad-parameter")
                        .getString("detail"))
                .isEqualTo("the parameter colour is not known here; known: [range, metric]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OVERVIEW,
                TREND,
                "/api/v1/users/u1/clicks",
                "/api/admin/stats/overview",
                "/api/admin/stats/trend",
                "/user/u1/clicks",
                "/api",
                "/api/",
                "/api/nothing",
                "/user/nothing",
                OVERVIEW + "/",
                "/%61pi/v1/stats/overview",
                "/x/../api/v1/stats/overview",
                "//api/v1/stats/overview",
            })
    void shouldAskForTheToken(String path) throws Exception {
        List<HttpResponse<String>> refused = List.of(
                api.send(api.bare(path).build()),
                api.send(api.bare(path)
                        .header("Authorization", "Bearer wrong-token-wrong-token")
                        .build()),
                api.send(api.bare(path).header("Authorization", Api.TOKEN).build()),
                api.send(api.bare(path)
                        .header("Authorization", "Basic " + Api.TOKEN)
                        .build()),
                api.send(api.bare(path).header("X-API-Key", Api.TOKEN + "x").build()),
                api.send(api.bare(path + "?token=" + Api.TOKEN).build()),
                api.send(api.bare(path).POST(BodyPublishers.ofString("{}")).build()));

        assertThat(refused).allSatisfy(response -> {
            assertProblem(response, 401, "unauthorized");
            assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
        });
    }

    @Test
    void shouldTakeTheTokenAsAHeaderOfItsOwn() throws Exception {
        assertThat(api.send(api.bare(OVERVIEW).header("X-API-Key", Api.TOKEN).build())
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nothing", "/dashboard", "/api/v1/stats", "/api/v2/stats/overview", "/user/u1", "/user//clicks"
            })
    void shouldKnowNoOtherPath(String path) throws Exception {
        assertProblem(api.get(path), 404, "not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {OVERVIEW, TREND, "/user/u1/clicks", "/", "/dashboard.js"})
    void shouldOnlyBeRead(String path) throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            HttpResponse<String> response = api.send(
                    api.request(path).method(method, BodyPublishers.noBody()).build());

            assertProblem(response, 405, "method-not-allowed");
            assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OVERVIEW, TREND, "/user/u1/clicks", "/", "/dashboard.css"})
    void shouldAnswerHeadLikeGetButForTheBody(String path) throws Exception {
        HttpResponse<String> get = api.get(path);

        HttpResponse<String> head = api.send(
                api.request(path).method("HEAD", BodyPublishers.noBody()).build());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        Map<String, List<String>> expected = new TreeMap<>(get.headers().map());
        // May be left out, by RFC 9110, and is by Vert.x.
        expected.remove("content-length");
        assertThat(head.headers().map()).isEqualTo(expected);
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

    private static JsonObject hot(String endpoint, int calls) {
        return new JsonObject().put("api", endpoint).put("calls", calls);
    }

    private static List<String> every(Duration step, String first, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Instant.parse(first).plus(step.multipliedBy(i)).toString())
                .toList();
    }

    private static Stream<JsonObject> buckets(JsonArray data) {
        return data.stream().map(JsonObject.class::cast);
    }

    private static List<String> timesOf(JsonObject trend) {
        return buckets(trend.getJsonArray("data"))
                .map(bucket -> bucket.getString("time"))
                .toList();
    }

    private static List<Long> countsOf(JsonObject trend) {
        return buckets(trend.getJsonArray("data"))
                .map(bucket -> bucket.getLong("count"))
                .toList();
    }
}
