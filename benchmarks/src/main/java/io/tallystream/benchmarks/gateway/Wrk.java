package io.tallystream.benchmarks.gateway;

import io.tallystream.benchmarks.MissingToolException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load generator. Its requests are made before it begins, as a client that measures a server should not be the slower of
 * the two: 100 000 events of as many users, in batches.
 *
 * @param url that it posts to
 * @param key that it sends
 * @param batch events in a request; an array if there are more than one
 * @param threads of its own
 */
record Wrk(String url, String key, int batch, int connections, int threads) {
    private static final Pattern TOTAL = Pattern.compile("(\\d+) requests in ");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern REFUSED = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
    private static final Pattern LOST = Pattern.compile("Socket errors: (.*)");

    /**
     * What came of a run.
     *
     * @param requests that were answered, whatever the answer
     * @param perSecond the same for each second
     * @param refused those of them that were not answered with success
     * @param p50 milliseconds that half of the requests took at most
     * @param p99 the same for 99 of 100
     * @param lost what became of connections; empty if they held
     */
    record Result(long requests, double perSecond, long refused, double p50, double p99, String lost) {
        /** Of what it printed. */
        static Result parse(String output) throws IOException {
            Matcher refused = REFUSED.matcher(output);
            Matcher lost = LOST.matcher(output);
            return new Result(
                    Long.parseLong(find(TOTAL, output)),
                    Double.parseDouble(find(RATE, output)),
                    refused.find() ? Long.parseLong(refused.group(1)) : 0,
                    millis(output, "50%"),
                    millis(output, "99%"),
                    lost.find() ? lost.group(1).strip() : "");
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

        /** Requests that were answered with success. */
        long succeeded() {
            return requests - refused;
        }

        /** The same for each second. */
        double succeededPerSecond() {
            return requests == 0 ? 0 : perSecond * succeeded() / requests;
        }
    }

    static void requireInstalled() throws MissingToolException, InterruptedException {
        if (!runs("wrk", "-v")) {
            throw new MissingToolException("wrk sends the requests, and is not installed: apt-get install wrk");
        }
    }

    /** Whether there is such a program, and it does what it is told. */
    static boolean runs(String... command) throws InterruptedException {
        try {
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            // wrk -v ends with 1 and tells its version all the same.
            return code == 0 || command[0].equals("wrk");
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends as much as is answered. */
    Result run(int seconds, Path folder) throws IOException, InterruptedException {
        return run("post_events.lua", seconds, folder, Map.of());
    }

    /**
     * Sends about so many requests per second.
     *
     * @param delayMillis that each connection waits on average before each request
     */
    Result run(double delayMillis, int seconds, Path folder) throws IOException, InterruptedException {
        script(folder, "post_events.lua");
        return run("paced.lua", seconds, folder, Map.of("DELAY_MS", Double.toString(delayMillis)));
    }

    private Result run(String script, int seconds, Path folder, Map<String, String> more)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "wrk",
                        "-t" + threads,
                        "-c" + connections,
                        "-d" + seconds + "s",
                        "--timeout",
                        "10s",
                        "--latency",
                        "-s",
                        script(folder, script),
                        url))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        Map<String, String> variables = new HashMap<>(more);
        variables.put("INGEST_KEY", key);
        variables.put("BATCH", Integer.toString(batch));
        builder.environment().putAll(variables);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("wrk failed: " + output);
        }
        return Result.parse(output);
    }

    /** Puts a script of ours where wrk can read it. */
    private static String script(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream in = Wrk.class.getResourceAsStream("/gateway/" + name)) {
                Files.copy(in, file);
            }
        }
        return file.toString();
    }
}
