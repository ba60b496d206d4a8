package io.tallystream.benchmarks.gateway;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The web application that keeps statistics itself, in Redis: {@code incr_per_call.py} behind gunicorn. */
final class Baseline implements AutoCloseable {
    private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_MS = 50;

    private final Process redis;
    private final Process web;
    private final int port;

    private Baseline(Process redis, Process web, int port) {
        this.redis = redis;
        this.web = web;
        this.port = port;
    }

    /** @param folder that has {@code incr_per_call.py} */
    static Baseline start(Path folder) throws IOException, InterruptedException {
        int redisPort = freePort();
        int port = freePort();
        Process redis = start(
                folder,
                Map.of(),
                "redis-server",
                "--port",
                Integer.toString(redisPort),
                "--bind",
                "127.0.0.1",
                "--save",
                "");
        Process web = start(
                folder,
                Map.of("BASELINE_REDIS_PORT", Integer.toString(redisPort), "PYTHONDONTWRITEBYTECODE", "1"),
                "/usr/bin/python3",
                "-m",
                "gunicorn",
                "-w",
                "2",
                "--threads",
                "8",
                "-b",
                "127.0.0.1:" + port,
                "incr_per_call:app");
        Baseline baseline = new Baseline(redis, web, port);
        try {
            awaitListening(redisPort, redis);
            awaitListening(port, web);
            return baseline;
        } catch (IOException | InterruptedException e) {
            baseline.close();
            throw e;
        }
    }

    String url() {
        return "http://127.0.0.1:" + port + "/v1/events";
    }

    /** Throws, with what to install, if something is missing. */
    static void requireTools() throws IOException, InterruptedException {
        boolean complete = runs("wrk", "-v")
                && runs("redis-server", "--version")
                && runs("/usr/bin/python3", "-c", "import gunicorn, flask, redis");
        if (!complete) {
            throw new IllegalStateException(
                    "this needs wrk, and for the baseline redis-server and Python's gunicorn, flask and redis: "
                            + "apt-get install wrk redis-server gunicorn python3-flask python3-redis");
        }
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            // wrk -v ends with 1 and tells its version all the same.
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            return code == 0 || command[0].equals("wrk");
        } catch (IOException e) {
            return false;
        }
    }

    private static Process start(Path folder, Map<String, String> variables, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(command))
                .directory(new File(folder.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(variables);
        return builder.start();
    }

    private static void awaitListening(int port, Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT_NANOS;
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                    throw new IOException("the baseline did not start: " + process.info(), e);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Override
    public void close() {
        // gunicorn ends its workers when it is asked to.
        web.destroy();
        try {
            if (!web.waitFor(5, TimeUnit.SECONDS)) {
                web.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        redis.destroyForcibly();
    }
}
