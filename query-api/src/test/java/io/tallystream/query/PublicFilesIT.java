package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublicFilesIT {
    private Api api;

    @BeforeAll
    void start(EmbeddedRedis redis) throws Exception {
        api = Api.start(redis.uri(), "dashboard", ZoneId.of("UTC"), Instant.EPOCH)
                .awaitUp();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/,              text/html",
        "/dashboard.js,  text/javascript",
        "/dashboard.css, text/css",
        "/docs,          text/html",
        "/docs.css,      text/css",
        "/openapi.yaml,  application/yaml",
    })
    void shouldBeServedWithoutAToken(String path, String type) throws Exception {
        HttpResponse<String> response = api.send(api.bare(path).build());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains(type + "; charset=utf-8");
        assertThat(response.body()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/dashboard.js",
                "/dashboard.css",
                "/docs",
                "/openapi.yaml",
                "/nothing",
                "/api/v1/stats/overview"
            })
    void shouldKeepTheBrowserFromDoingOtherThings(String path) throws Exception {
        HttpResponse<String> response = api.send(api.bare(path).build());

        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(response.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy)
                        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                        .doesNotContain("unsafe", "*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/docs"})
    void shouldHaveNeitherScriptNorStyleThatThePolicyForbids(String path) throws Exception {
        String html = api.send(api.bare(path).build()).body();

        assertThat(html)
                .doesNotContainPattern("(?is)<script(?![^>]*\\ssrc=)")
                .doesNotContainPattern("(?is)<script[^>]*>\\s*\\S[^<]*</script>")
                .doesNotContainPattern("(?i)<style")
                .doesNotContainPattern("(?i)<[^>]*\\sstyle\\s*=")
                .doesNotContainPattern("(?i)<[^>]*\\son[a-z]+\\s*=")
                .doesNotContainPattern("(?i)javascript:")
                .doesNotContainPattern("(?i)(src|href)=\"(https?:)?//");
    }

    @ParameterizedTest
    @CsvSource({"/, dashboard.js", "/docs, openapi.yaml"})
    void shouldReferOnlyToFilesThatAreServed(String path, String one) throws Exception {
        String html = api.send(api.bare(path).build()).body();

        List<String> files = Pattern.compile("(?:src|href)=\"(?!data:|#)([^\"]+)\"")
                .matcher(html)
                .results()
                .map(reference -> reference.group(1))
                .toList();

        assertThat(files).contains(one);
        for (String file : files) {
            assertThat(api.send(api.bare("/" + file).build()).statusCode())
                    .as(file)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/dashboard/index.html", "/index.html", "/../log4j2.xml", "/%2e%2e/log4j2.xml", "/dashboard.js/x"
            })
    void shouldServeNoOtherFile(String path) throws Exception {
        assertProblem(api.send(api.bare(path).build()), 401, "unauthorized");
        assertProblem(api.get(path), 404, "not-found");
    }
}
