package io.tallystream.processor.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of the topology: events of each type, the driver, and ways to look at its counts. */
abstract class TopologyCase {
    static final String API_CALLS = "api-calls";
    static final String USER_ACTIONS = "user-actions";
    static final Instant NOW = Instant.parse("2026-11-20T10:15:31.250Z");

    static final String CALL = """
            {"type":"api_call","user_id":"u1","endpoint":"/orders/{id}","method":"GET","status":503,"duration_ms":12}""";
    static final String CLICK = """
            {"type":"click","user_id":"u1","product_id":"p1","page":"/shop"}""";
    static final String PAGE_VIEW = """
            {"type":"page_view","user_id":"u1","page":"/home"}""";
    static final String DWELL = """
            {"type":"dwell","user_id":"u1","page":"/home","duration_ms":1500}""";

    @TempDir
    private Path folder;

    CountingDriver driver;

    @AfterEach
    void closeDriver() {
        if (driver != null) {
            driver.close();
        }
    }

    final void start(Map<String, String> variables) {
        driver = new CountingDriver(folder, variables);
    }

    final Map<String, Long> of(String metric) {
        return where(key -> key.startsWith(metric), driver.flatCounts());
    }

    final long daysOf(String metric) {
        return where(key -> key.startsWith(metric + "|day|") && key.endsWith("|total|"), driver.flatCounts())
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    static Map<String, Long> where(Predicate<String> condition, Map<String, Long> counts) {
        Map<String, Long> chosen = new TreeMap<>(counts);
        chosen.keySet().removeIf(condition.negate());
        return chosen;
    }

    static String at(Instant time, String json) {
        return json.replace("{\"type\"", "{\"time\":\"" + time + "\",\"type\"");
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
