package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.ChildJvm;
import io.tallystream.embedded.Signals;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The program as its users have it: a process, what it prints, and its ports. Closing kills it if it still runs. */
final class Tallystream implements AutoCloseable {
    static final Duration READY_LIMIT = Duration.ofSeconds(90);

    private static final Map<String, String> ANY_PORTS = Map.of(
            "INGEST_PORT", "0",
            "QUERY_PORT", "0",
            "MANAGEMENT_PORT", "0",
            "KAFKA_PORT", "0",
            "REDIS_PORT", "0");

    private final Process process;
    private final Path dataFolder;
    private final Path output;
    private final Path errors;
    private final HttpClient client = HttpClient.newHttpClient();

    private Tallystream(Process process, Path dataFolder, Path output, Path errors) {
        this.process = process;
        this.dataFolder = dataFolder;
        this.output = output;
        this.errors = errors;
    }

    /** Runs {@code tallystream} with those arguments, on free ports where the variables name none. */
    static Tallystream run(Path dataFolder, Map<String, String> variables, String... arguments) throws IOException {
        Path output = file(".out");
        Path errors = file(".err");
        List<String> command = new ArrayList<>(ChildJvm.heedingInterrupts());
        command.addAll(ChildJvm.command(
                List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"), TallystreamCommand.class.getName(), arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(ANY_PORTS);
        builder.environment().put("DATA_DIR", dataFolder.toString());
        builder.environment().putAll(variables);
        return new Tallystream(builder.start(), dataFolder, output, errors);
    }

    /** What it prints can be read until all tests are done. */
    private static Path file(String suffix) throws IOException {
        Path file = Files.createTempFile("tallystream", suffix);
        file.toFile().deleteOnExit();
        return file;
    }

    /** Runs it and waits until it says that it is ready. */
    static Tallystream ready(Path dataFolder, String... arguments) throws IOException {
        return ready(dataFolder, Map.of(), arguments);
    }

    /** The same with those variables. */
    static Tallystream ready(Path dataFolder, Map<String, String> variables, String... arguments) throws IOException {
        Tallystream started = run(dataFolder, variables, arguments);
        Awaitility.await("ready")
                .atMost(READY_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .failFast(
                        "still runs",
                        () -> assertThat(started.process.isAlive())
                                .as(started.errors())
                                .isTrue())
                .until(() -> started.output().contains("Ctrl-C stops it all."));
        return started;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    String output() {
        return read(output);
    }

    String errors() {
        return read(errors);
    }

    /** Asks it to stop as Ctrl-C does. */
    void interrupt() {
        Signals.send("INT", process.pid());
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    int exitCode(Duration limit) throws InterruptedException {
        assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended within %s; it said: %s", limit, errors())
                .isTrue();
        return process.exitValue();
    }

    HttpResponse<String> post(String body) {
        return post(secret("ingest-key"), body);
    }

    HttpResponse<String> post(String key, String body) {
        return send(HttpRequest.newBuilder(URI.create(printed("curl .* (http://\\S+)/v1/events") + "/v1/events"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String key, String path) {
        return send(HttpRequest.newBuilder(URI.create(printed("Dashboard +(http://\\S+)/") + path))
                .header("Authorization", "Bearer " + key));
    }

    /** To the query API, as the administrator. */
    HttpResponse<String> postAdmin(String path) {
        return send(HttpRequest.newBuilder(URI.create(printed("Dashboard +(http://\\S+)/") + path))
                .header("Authorization", "Bearer " + secret("admin-token"))
                .POST(BodyPublishers.noBody()));
    }

    /** To the query API, as the administrator. */
    HttpResponse<String> delete(String path) {
        return send(HttpRequest.newBuilder(URI.create(printed("Dashboard +(http://\\S+)/") + path))
                .header("Authorization", "Bearer " + secret("admin-token"))
                .DELETE());
    }

    JsonObject ask(String path) {
        HttpResponse<String> response = get(secret("admin-token"), path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonObject(response.body());
    }

    JsonObject overview() {
        return ask("/api/v1/stats/overview");
    }

    String kafka() {
        return printed("Kafka +(\\S+)");
    }

    String redisUri() {
        return printed("Redis +(redis://[^,]+),").replace("redis://", "redis://:" + secret("redis-password") + "@");
    }

    String secret(String name) {
        return read(dataFolder.resolve("secrets").resolve(name)).strip();
    }

    /** The first group of the pattern in what it printed. */
    String printed(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output());
        assertThat(matcher.find()).as("%s in %s", pattern, output()).isTrue();
        return matcher.group(1);
    }

    @Override
    public void close() {
        // A Redis that a killed process left behind ends with its test, too.
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.timeout(Duration.ofSeconds(15)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
