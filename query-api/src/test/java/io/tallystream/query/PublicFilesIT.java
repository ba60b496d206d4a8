package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
@Timeout(240)
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
    @ValueSource(strings = {"/", "/docs", "/openapi.yaml", "/nothing", "/api/v1/stats/overview"})
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
    @CsvSource({"/, main.js", "/docs, openapi.yaml"})
    void shouldReferOnlyToFilesThatAreServed(String path, String one) throws Exception {
        String html = api.send(api.bare(path).build()).body();

        List<String> files = Pattern.compile("(?:src|href)=\"(?!data:|#)([^\"]+)\"")
                .matcher(html)
                .results()
                .map(reference -> reference.group(1))
                .toList();

        assertThat(files).anySatisfy(file -> assertThat(file).endsWith(one));
        for (String file : files) {
            assertThat(api.send(api.bare("/" + file).build()).statusCode())
                    .as(file)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dashboard/index.html",
                "/index.html",
                "/../log4j2.xml",
                "/%2e%2e/log4j2.xml",
                "/assets/",
                "/assets/0/main.js",
                "/dashboard/main.js"
            })
    void shouldServeNoOtherFile(String path) throws Exception {
        assertProblem(api.send(api.bare(path).build()), 401, "unauthorized");
        assertProblem(api.get(path), 404, "not-found");
    }

    @Test
    void shouldServeWhateverAModuleAsksFor() throws Exception {
        List<String> modules = modules();

        assertThat(modules).hasSizeGreaterThan(20);
        for (String module : modules) {
            for (String imported : found("(?:from|import\\()\\s*'(\\.[^']+)'", body(module))) {
                String path = URI.create(module).resolve(imported).getPath();
                assertThat(api.send(api.bare(path).build()).statusCode())
                        .as("%s of %s", imported, module)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void shouldBeKeptByBrowsersForGoodButThePageItself() throws Exception {
        HttpResponse<String> page = api.send(api.bare("/").build());
        HttpResponse<String> module = api.send(api.bare(modules().get(0)).build());

        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(module.headers().firstValue("Cache-Control")).contains("public, max-age=31536000, immutable");
        for (String path : List.of("/", modules().get(0), "/docs", "/openapi.yaml")) {
            String tag = api.send(api.bare(path).build())
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow();
            HttpResponse<String> again =
                    api.send(api.bare(path).header("If-None-Match", tag).build());
            assertThat(again.statusCode()).as(path).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(api.send(api.bare(path)
                                    .header("If-None-Match", "\"other\"")
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldBeSmallOnTheWay() throws Exception {
        List<String> paths = new ArrayList<>(found("(?:src|href)=\"(assets/[^\"]+)\"", body("/")));
        paths.add(modules().get(0).replaceAll("[^/]+$", "echarts.js"));
        paths.add("/");
        long transferred = 0;
        for (String path : paths) {
            HttpResponse<byte[]> zipped = HttpClient.newHttpClient()
                    .send(
                            api.bare(path.startsWith("/") ? path : "/" + path)
                                    .header("Accept-Encoding", "br, gzip")
                                    .build(),
                            BodyHandlers.ofByteArray());
            assertThat(zipped.headers().firstValue("Content-Encoding")).as(path).contains("gzip");
            transferred += zipped.body().length;
            try (InputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
                assertThat(new String(unzipped.readAllBytes(), StandardCharsets.UTF_8))
                        .as(path)
                        .isEqualTo(body(path.startsWith("/") ? path : "/" + path));
            }
        }
        assertThat(transferred).isBetween(100_000L, 500_000L);
    }

    private List<String> modules() throws Exception {
        return found("rel=\"modulepreload\" href=\"([^\"]+)\"", body("/")).stream()
                .map(path -> "/" + path)
                .toList();
    }

    private String body(String path) throws Exception {
        HttpResponse<String> response = api.send(api.bare(path).build());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
