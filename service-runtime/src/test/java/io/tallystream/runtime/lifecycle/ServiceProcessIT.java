package io.tallystream.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs real processes, and ends them with real signals. */
@Timeout(240)
class ServiceProcessIT {
    private static final List<String> STARTED = List.of(
            "base starting", "base started", "middle starting", "middle started", "top starting", "top started");
    private static final List<String> CLOSED =
            List.of("top closing", "top closed", "middle closing", "middle closed", "base closing", "base closed");

    private ChildProcess child;

    @AfterEach
    void close() {
        if (child != null) {
            child.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void shouldCloseInReverseOnASignal(String signal) throws Exception {
        start("SERVES").awaitOutput("top started").signal(signal);

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.output()).containsExactlyElementsOf(concat(STARTED, CLOSED));
        assertNoStackTrace();
    }

    @Test
    void shouldWaitForASlowClose() throws Exception {
        start("CLOSES_SLOWLY");
        await().untilAsserted(() -> assertThat(get("/readyz").statusCode()).isEqualTo(200));

        child.signal("TERM").awaitOutput("middle closing");

        HttpResponse<String> readiness = get("/readyz");
        assertThat(readiness.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(readiness.body()).getString("status")).isEqualTo("down");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(child.isAlive()).isTrue();
        assertThat(child.output()).doesNotContain("middle closed", "base closing");

        child.goOn();

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.output()).endsWith("middle closing", "got go", "middle closed", "base closing", "base closed");
        assertNoStackTrace();
    }

    @Test
    void shouldTakeFurtherSignalsForTheSame() throws Exception {
        start("CLOSES_SLOWLY").awaitOutput("top started").signal("INT").awaitOutput("middle closing");

        child.signal("INT").signal("TERM").goOn();

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.output()).endsWith("base closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NEVER_CLOSES", "FAILS_AND_NEVER_CLOSES"})
    void shouldGiveUpOnAServiceThatNeverCloses(String scenario) throws Exception {
        start(scenario).awaitOutput("top started");
        if (scenario.equals("NEVER_CLOSES")) {
            child.signal("TERM");
        }

        assertThat(child.awaitExit()).isEqualTo(ExitCode.FAILURE);
        assertThat(child.output()).contains("middle closing").doesNotContain("middle closed");
        assertThat(child.errors()).anyMatch(line -> line.contains("giving up"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTS_SLOWLY", "STARTS_SLOWLY_AND_FAILS"})
    void shouldStartNothingMoreOnceASignalCame(String scenario) throws Exception {
        start(scenario).awaitOutput("middle starting");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);

        child.signal("TERM").awaitError("asked to stop").goOn();

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.output())
                .doesNotContain("top starting")
                .endsWith("middle closing", "middle closed", "base closing", "base closed");
        assertThat(child.errors()).anyMatch(line -> line.contains("start abandoned"));
        assertNoStackTrace();
    }

    @Test
    void shouldTellWhatTheOperatorHasToMend() throws Exception {
        start("CANNOT_START");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(answers()).containsExactly("tallystream: set the sails first");
        assertThat(child.output()).containsExactlyElementsOf(concat(STARTED, CLOSED));
        assertNoStackTrace();
    }

    @Test
    void shouldTellWhatTheOperatorHasToMendWhenItIsFoundLate() throws Exception {
        start("FAILS_BY_MISTAKE");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(answers()).containsExactly("tallystream: wrong password");
        assertThat(child.output()).endsWith("base closed");
    }

    @ParameterizedTest
    @EnumSource(
            value = ChildProgram.Scenario.class,
            names = {"LACKS_A_CLASS", "IS_INTERRUPTED"})
    void shouldCloseWhatWasStartedWhateverIsThrown(ChildProgram.Scenario scenario) throws Exception {
        start(scenario.name());

        assertThat(child.awaitExit()).isEqualTo(ExitCode.FAILURE);
        assertThat(child.output()).containsExactlyElementsOf(concat(STARTED, CLOSED));
        assertThat(child.errors()).anyMatch(line -> line.contains("a service failed, stopping"));
    }

    @Test
    void shouldCloseWhatWasStartedWhenTheNextDoesNotStart() throws Exception {
        start("DOES_NOT_START");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.FAILURE);
        assertThat(child.output())
                .containsExactly(
                        "base starting",
                        "base started",
                        "middle starting",
                        "middle closing",
                        "middle closed",
                        "base closing",
                        "base closed");
        assertThat(child.errors()).anyMatch(line -> line.contains("IllegalStateException: did not start"));
    }

    @Test
    void shouldCloseAllWhenOneFails() throws Exception {
        start("FAILS");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.FAILURE);
        assertThat(child.output()).containsExactlyElementsOf(concat(STARTED, CLOSED));
        // The cause comes before its consequences, and what fails next is told too.
        assertThat(child.errors().stream()
                        .filter(line -> line.contains("IllegalStateException: ") || line.contains("stopped in"))
                        .map(line -> line.replaceAll(".*Exception: |.* - | stopped in .*", "")))
                .containsExactly("broke down", "and again", "top", "middle", "base");
    }

    @Test
    void shouldTellAllMistakesInTheConfigurationAtOnce() throws Exception {
        start("SERVES", Map.of("LOG_FORMAT", "xml", "LOG_LEVEL", "loud", "MANAGEMENT_PORT", "http", "PARTITIONS", "0"));

        assertThat(child.awaitExit()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(child.errors())
                .containsExactlyInAnyOrder(
                        "tallystream: LOG_FORMAT must be text or json. Found: xml",
                        "tallystream: LOG_LEVEL must be error or warn or info or debug. Found: loud",
                        "tallystream: MANAGEMENT_PORT must be a port from 0 to 65535. Found: http",
                        "tallystream: PARTITIONS must be a number from 1 to 10000. Found: 0");
        assertThat(child.output()).isEmpty();
    }

    @Test
    void shouldTellATakenManagementPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start("SERVES", Map.of("MANAGEMENT_PORT", String.valueOf(taken.getLocalPort())));

            assertThat(child.awaitExit()).isEqualTo(ExitCode.CONFIGURATION);
            assertThat(child.errors())
                    .singleElement()
                    .asString()
                    .startsWith("tallystream: port %d (MANAGEMENT_PORT) on 127.0.0.1".formatted(taken.getLocalPort()));
            assertThat(child.output()).isEmpty();
        }
    }

    @Test
    void shouldRunOneService() throws Exception {
        start("main").awaitOutput("only started").signal("TERM");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.output()).containsExactly("only starting", "only started", "only closing", "only closed");
    }

    @Test
    void shouldTellTheMistakesOfOneServiceTogetherWithThoseOfTheProcess() throws Exception {
        start("main", Map.of("BIND_ADDRESS", " ", "MANAGEMENT_PORT", "-1", "PARTITIONS", "many"));

        assertThat(child.awaitExit()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(child.errors())
                .containsExactly(
                        "tallystream: MANAGEMENT_PORT must be a port from 0 to 65535. Found: -1",
                        "tallystream: PARTITIONS must be a number from 1 to 10000. Found: many");
    }

    @Test
    void shouldLogJson() throws Exception {
        start("LOGS", Map.of("LOG_FORMAT", "json")).awaitOutput("top started").awaitError("with a trace");
        child.signal("TERM");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        List<JsonObject> lines = child.errors().stream().map(JsonObject::new).toList();
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.getString("time")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            assertThat(line.getString("level")).isIn("INFO", "ERROR");
            assertThat(line.getString("message")).isNotBlank();
            assertThat(line.getString("logger")).startsWith("io.tallystream");
        });
        assertThat(lines)
                .anySatisfy(line ->
                        assertThat(line.getString("message")).isEqualTo("with \"quotes\",\na break and a \u00fcmlaut"))
                .anySatisfy(line -> {
                    assertThat(line.getString("message")).isEqualTo("with a trace");
                    assertThat(line.getString("level")).isEqualTo("ERROR");
                    assertThat(line.getString("exception"))
                            .startsWith("java.lang.IllegalStateException: broken")
                            .contains("ChildProgram");
                })
                // The last word is logged too.
                .last()
                .satisfies(line -> assertThat(line.getString("message")).startsWith("base stopped in"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "info"})
    void shouldLogTextFromInfoUpByDefault(String level) throws Exception {
        start("LOGS", Map.of("LOG_FORMAT", "", "LOG_LEVEL", level)).awaitOutput("top started");
        child.awaitError("with a trace").signal("TERM");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.errors())
                .first()
                .asString()
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  ServiceStack - base started in \\d+ ms");
        assertThat(child.errors())
                .anyMatch(line -> line.endsWith("ERROR ChildProgram - with a trace"))
                .anyMatch(line -> line.startsWith("\tat "))
                .noneMatch(line -> line.contains("not worth a line"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "warn"})
    void shouldLogLessWhenAskedTo(String level) throws Exception {
        start("LOGS", Map.of("LOG_LEVEL", level)).awaitError("with a trace").signal("TERM");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.errors()).noneMatch(line -> line.contains("INFO"));
    }

    @Test
    void shouldLogMoreWhenAskedTo() throws Exception {
        start("LOGS", Map.of("LOG_LEVEL", "debug")).awaitError("with a trace").signal("TERM");

        assertThat(child.awaitExit()).isEqualTo(ExitCode.OK);
        assertThat(child.errors()).anyMatch(line -> line.endsWith("DEBUG ChildProgram - not worth a line"));
    }

    private ChildProcess start(String program) throws Exception {
        return start(program, Map.of());
    }

    private ChildProcess start(String program, Map<String, String> variables) throws Exception {
        child = ChildProcess.start(program, variables);
        return child;
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + child.managementPort() + path);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private List<String> answers() {
        return child.errors().stream()
                .filter(line -> line.startsWith("tallystream: "))
                .toList();
    }

    private void assertNoStackTrace() {
        assertThat(child.errors()).noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception in thread"));
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
