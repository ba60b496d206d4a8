package io.tallystream.processor.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The state of merged counts holds the windows that can still change, however many counts there were in others. */
class OldWindowsTest extends TopologyCase {
    private static final String STORE = "merged-counts";
    private static final Map<String, String> MANY_MEMBERS = Map.of("MAX_MEMBERS", "1000000");
    private static final Instant LATER = NOW.plus(Duration.ofDays(60));

    @Test
    void shouldForgetWindowsThatCanChangeNoMore() {
        start(MANY_MEMBERS);
        driver.append(LATER, API_CALLS, call("/later"));
        Set<String> ofLater = driver.keys(STORE);
        closeDriver();

        start(MANY_MEMBERS);
        for (int i = 0; i < 1_500; i++) {
            driver.append(NOW, API_CALLS, call("/endpoints/" + i));
        }
        assertThat(driver.keys(STORE)).hasSizeGreaterThan(10_000);

        // As many commits as it takes, and no time between them.
        for (int i = 0; i < 20; i++) {
            driver.append(LATER, API_CALLS, call("/later"));
        }
        assertThat(driver.keys(STORE)).isEqualTo(ofLater);
    }

    /** Of nobody: users are remembered for longer. */
    private static String call(String endpoint) {
        return CALL.replace("\"user_id\":\"u1\",", "").replace("/orders/{id}", endpoint);
    }
}
