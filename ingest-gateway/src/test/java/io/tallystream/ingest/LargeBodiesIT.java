package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies that wait for their end take memory, which has a bound. */
class LargeBodiesIT extends OneGateway {
    // More than there is room for.
    private static final int UPLOADS = 70;

    @Override
    Map<String, String> variables() {
        // Long enough for all of them to be there at once, also where it takes a while to send them.
        return Map.of("REQUEST_DEADLINE", "PT10S");
    }

    @Test
    void shouldNotLetManyLargeBodiesExhaustTheMemory() throws Exception {
        List<RawConnection> uploads = new ArrayList<>();
        try {
            for (int i = 0; i < UPLOADS; i++) {
                RawConnection upload = new RawConnection(gateway.port());
                uploads.add(upload);
                upload.sendHead(rawPost(LIMIT)).sendBytes(new byte[LIMIT - 1]);
                assertThat(gateway.bodyBytes()).isLessThanOrEqualTo(64.0 * LIMIT);
            }
            List<Integer> answers = new ArrayList<>();
            for (RawConnection upload : uploads) {
                answers.add(upload.read().status());
            }
            assertThat(answers).contains(503).containsOnly(503, 408);
        } finally {
            for (RawConnection upload : uploads) {
                upload.close();
            }
        }
        await().untilAsserted(() -> assertThat(gateway.bodyBytes()).isZero());
        assertAccepted(gateway.post(click("after")), 1);
    }
}
