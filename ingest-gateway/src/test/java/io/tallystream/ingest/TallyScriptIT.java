package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The script for pages, as it is served. What it does is seen in a browser: TallyScriptBrowserIT of the profile browser. */
class TallyScriptIT extends OneGateway {
    private static final int MOST_BYTES = 2_048;

    @Test
    void shouldBeForAnybodyAndKept() throws Exception {
        HttpResponse<String> response = gateway.send(gateway.bare("/tally.js").build());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("sendBeacon").doesNotContain("localStorage", "sessionStorage", "cookie =");
        assertThat(response.headers().firstValue("Content-Type")).contains("text/javascript; charset=utf-8");
        assertThat(response.headers().firstValue("Cache-Control")).contains("public, max-age=3600");
        assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
        String tag = response.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = gateway.send(
                gateway.bare("/tally.js").header("If-None-Match", tag).build());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void shouldBeSmall() throws Exception {
        String script = gateway.send(gateway.bare("/tally.js").build()).body();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(script.getBytes(StandardCharsets.UTF_8));
        }

        assertThat(packed.size()).isLessThan(MOST_BYTES);
    }

    @Test
    void shouldBeReadOnly() throws Exception {
        assertThat(gateway.send(gateway.bare("/tally.js")
                                .method("HEAD", BodyPublishers.noBody())
                                .build())
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> response = gateway.send(
                gateway.bare("/tally.js").POST(BodyPublishers.ofString("x")).build());
        assertProblem(response, 405, "method-not-allowed");
        assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
    }
}
