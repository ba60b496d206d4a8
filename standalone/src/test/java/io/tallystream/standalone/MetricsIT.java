package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics that are documented, alerted on and drawn are those that there are. */
class MetricsIT {
    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Path ALERTS = DEPLOY.resolve(Path.of("prometheus", "alerts.yml"));
    private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");
    // Not before something had to be repeated.
    private static final Map<String, String> SELDOM = Map.of("tallystream_sink_retries_total", "counter");
    private static final Map<String, String> KINDS = Map.of("timer", "summary");

    private static final Pattern ROW = Pattern.compile("^\\| `(tallystream_\\w+)(?:\\{\\w+})?` \\| (\\w+) \\|");
    private static final Pattern TYPE = Pattern.compile("^# TYPE (tallystream_\\w+) (\\w+)$");
    private static final Pattern SAMPLE = Pattern.compile("^([a-z]\\w+)[{ ]");
    private static final Pattern USED = Pattern.compile("\\b(?:tallystream|jvm|process|system)_[a-z_]+");
    private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");

    @TempDir
    private static Path folder;

    private static Tallystream tallystream;

    @BeforeAll
    static void start() throws IOException {
        tallystream = Tallystream.ready(
                folder.resolve("data"),
                // Nothing is posted: there is no day whose report is due. But it has metrics.
                Map.of(
                        "REPORT_WEBHOOK_URL", "http://127.0.0.1:9/",
                        "REPORT_WEBHOOK_SECRET", "0123456789abcdef"),
                "start");
        // Some appear with the first of their kind.
        assertThat(tallystream
                        .post("{\"type\":\"click\",\"product_id\":\"p1\"}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(tallystream.post("{\"type\":\"click\"}").statusCode()).isEqualTo(422);
    }

    @AfterAll
    static void stop() {
        tallystream.close();
    }

    @Test
    void shouldBeDocumentedWithTheirKinds() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        matches(ROW, Files.readAllLines(OPERATIONS))
                .forEach(row -> assertThat(documented.put(row.group(1), KINDS.getOrDefault(row.group(2), row.group(2))))
                        .as("documented twice: %s", row.group(1))
                        .isNull());

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(exported()).isEqualTo(documented));
    }

    /** With the largest of timers and summaries left out, which Prometheus takes for metrics of their own. */
    private static Map<String, String> exported() {
        Map<String, String> kinds = new TreeMap<>(SELDOM);
        matches(TYPE, scrape()).forEach(type -> kinds.put(type.group(1), type.group(2)));
        kinds.keySet().removeIf(name -> name.endsWith("_max") && kinds.containsKey(name.replaceFirst("_max$", "")));
        return kinds;
    }

    @Test
    void shouldBeThereWhereAlertsAndDashboardsUseThem() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Path file : users()) {
            matches(USED, List.of(Files.readString(file))).forEach(name -> used.add(name.group()));
        }
        assertThat(used).hasSizeGreaterThan(20);

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Set<String> samples =
                    matches(SAMPLE, scrape()).map(sample -> sample.group(1)).collect(Collectors.toSet());
            samples.addAll(SELDOM.keySet());
            assertThat(samples).containsAll(used);
        });
    }

    private static List<Path> users() throws IOException {
        try (Stream<Path> dashboards = Files.list(DEPLOY.resolve(Path.of("grafana", "dashboards")))) {
            return Stream.concat(dashboards, Stream.of(ALERTS)).toList();
        }
    }

    @Test
    void shouldHaveSomethingToDoForEachAlert() throws IOException {
        String rules = Files.readString(ALERTS);
        String tests = Files.readString(ALERTS.resolveSibling("alerts_test.yml"));
        List<String> headings = Files.readAllLines(OPERATIONS);

        List<String> alerts =
                matches(ALERT, List.of(rules)).map(alert -> alert.group(1)).toList();

        assertThat(alerts).isNotEmpty().doesNotHaveDuplicates();
        for (String alert : alerts) {
            assertThat(rules).contains("runbook: docs/operations.md#" + alert.toLowerCase(Locale.ROOT) + "\n");
            assertThat(headings).contains("#### " + alert);
            assertThat(tests).containsPattern("alertname: " + alert + "\n +exp_alerts:\n");
        }
    }

    private static List<String> scrape() {
        URI metrics = URI.create(tallystream.printed("Health +(http://\\S+)/readyz") + "/metrics");
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(metrics)
                                    .timeout(Duration.ofSeconds(15))
                                    .build(),
                            BodyHandlers.ofString())
                    .body()
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Stream<MatchResult> matches(Pattern pattern, List<String> lines) {
        return lines.stream().flatMap(line -> pattern.matcher(line).results());
    }
}
