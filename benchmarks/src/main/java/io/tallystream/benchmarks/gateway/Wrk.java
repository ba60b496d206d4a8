package io.tallystream.benchmarks.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator. */
final class Wrk {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern FAULTS = Pattern.compile("(Non-2xx or 3xx responses|Socket errors): (.*)");

    private final int connections;
    private final int seconds;

    /**
     * What came of a run.
     *
     * @param p50 milliseconds that half of the requests took at most
     * @param p99 the same for 99 of 100
     * @param faults what was not answered with success; empty if all was
     */
    record Result(double requestsPerSecond, double p50, double p99, String faults) {}

    Wrk(int connections, int seconds) {
        this.connections = connections;
        this.seconds = seconds;
    }

    /** Puts a script of ours where wrk can read it. */
    static Path script(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = Wrk.class.getResourceAsStream("/gateway/" + name)) {
            Files.copy(in, file);
        }
        return file;
    }

    Result run(Path script, String url, Map<String, String> variables) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "wrk",
                        "-t1",
                        "-c" + connections,
                        "-d" + seconds + "s",
                        "--latency",
                        "-s",
                        script.toAbsolutePath().toString(),
                        url))
                .redirectErrorStream(true);
        builder.environment().putAll(variables);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("wrk failed: " + output);
        }
        Matcher faults = FAULTS.matcher(output);
        return new Result(
                Double.parseDouble(find(RATE, output)),
                millis(output, "50%"),
                millis(output, "99%"),
                faults.find() ? faults.group() : "");
    }

    private static double millis(String output, String percentile) throws IOException {
        String text = find(Pattern.compile("\\s" + percentile + "\\s+([0-9.]+[a-z]+)"), output);
        double value = Double.parseDouble(text.replaceAll("[a-z]+", ""));
        return switch (text.replaceAll("[0-9.]+", "")) {
            case "us" -> value / 1_000;
            case "ms" -> value;
            case "s" -> value * 1_000;
            default -> value * 60_000;
        };
    }

    private static String find(Pattern pattern, String output) throws IOException {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IOException("wrk said: " + output);
        }
        return matcher.group(1);
    }
}
