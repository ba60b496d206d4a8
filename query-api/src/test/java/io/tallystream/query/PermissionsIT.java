package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import io.tallystream.embedded.EmbeddedRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With the permissions in Redis that docs/operations.md names the query API does all that it does. */
class PermissionsIT extends WithApi {
    private static final String PASSWORD = "password-of-the-query-api";
    private static final String REPORT = "/api/v1/reports/daily/2026-11-20";

    private final String user = prefix + "-user";

    PermissionsIT(EmbeddedRedis redis) {
        super(redis);
    }

    @BeforeEach
    void write() {
        ExampleCounts.write(counts);
    }

    @AfterEach
    void removeUser() {
        try (Counts admin = new Counts(redis, prefix)) {
            admin.redis().aclDeluser(user);
        }
    }

    private static List<String> documented() throws Exception {
        Matcher section = Pattern.compile("^ACL SETUSER query (.*)$", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("..", "docs", "operations.md")));
        assertThat(section.find()).isTrue();
        return Pattern.compile("\\+([a-z]+)")
                .matcher(section.group(1))
                .results()
                .map(command -> command.group(1))
                .toList();
    }

    private void startWith(List<String> commands) throws Exception {
        AclSetuserArgs rights =
                AclSetuserArgs.Builder.reset().on().addPassword(PASSWORD).keyPattern(prefix + ":*");
        commands.forEach(command -> rights.addCommand(CommandType.valueOf(command.toUpperCase(Locale.ROOT))));
        counts.redis().aclSetuser(user, rights);
        api.close();
        api = Api.start(redis.uri().replaceFirst("://[^@]*@", "://" + user + ":" + PASSWORD + "@"), prefix, UTC, NOW)
                .awaitUp();
    }

    @Test
    void shouldDoEverythingWithWhatIsDocumented() throws Exception {
        assertThat(documented()).hasSizeGreaterThan(15).doesNotHaveDuplicates();
        startWith(documented());
        List<String> paths = List.of(
                OVERVIEW,
                TREND,
                TREND + "?metric=clicks&dimension=user&member=u1",
                TREND + "?member=__other__&dimension=endpoint",
                TOP,
                TOP + "?order=asc",
                TOP + "?format=csv",
                "/api/v1/stats/endpoints",
                "/api/v1/stats/latency?endpoint=/api/weather",
                "/api/v1/stats/statuses",
                "/api/v1/stats/day",
                "/api/v1/users/growth",
                "/api/v1/users",
                "/api/v1/users/u1",
                "/api/v1/products/p1/clicks",
                "/api/v1/dimensions/endpoint",
                "/api/v1/reconciliation?date=2026-11-20");
        for (String path : paths) {
            assertThat(api.get(path).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(api.send(api.request(REPORT).POST(BodyPublishers.noBody()).build())
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.get(REPORT).statusCode()).isEqualTo(200);
        assertThat(api.get("/api/v1/reports/daily").statusCode()).isEqualTo(200);
        Browser browser = Browser.of(Browser.signInWith(api, "code", api.makeLoginCode(Api.TOKEN)));
        assertThat(browser.get(api, OVERVIEW).statusCode()).isEqualTo(200);
        assertThat(browser.signOut(api).statusCode()).isEqualTo(204);
        assertProblem(browser.get(api, OVERVIEW), 401, "unauthorized");
    }

    @Test
    void shouldSignNobodyInWithoutThePermissions() throws Exception {
        startWith(
                documented().stream().filter(command -> !command.equals("set")).toList());

        assertProblem(Browser.signInWith(api, "token", Api.TOKEN), 503, "unavailable");
        assertThat(api.get(OVERVIEW).statusCode()).isEqualTo(200);
    }
}
