package io.tallystream.benchmarks.gateway;

import io.tallystream.benchmarks.MissingToolException;
import io.tallystream.benchmarks.process.Child;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.LoopbackPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The web application that keeps statistics itself, in Redis: {@code incr_per_call.py} behind gunicorn. For one thread. */
final class ReplacedDesign implements AutoCloseable {
    private static final String MODULE = "incr_per_call";

    private final Child redis;
    private final Child web;
    private final int port;

    private ReplacedDesign(Child redis, Child web, int port) {
        this.redis = redis;
        this.web = web;
        this.port = port;
    }

    /**
     * Starts it, and returns when it listens.
     *
     * @param program folder that has {@code incr_per_call.py}
     * @throws MissingToolException if it is not there, or something that it needs is not installed
     */
    static ReplacedDesign start(Path program, Path folder)
            throws MissingToolException, IOException, InterruptedException {
        requireInstalled(program);
        List<Integer> ports = LoopbackPorts.anyFree(2);
        String redisPort = ports.get(0).toString();
        Child redis = Child.start(
                new Child.Program(
                        "replaced-redis",
                        List.of("redis-server", "--port", redisPort, "--bind", "127.0.0.1", "--save", ""),
                        Map.of(),
                        folder),
                folder);
        Child web = Child.start(
                new Child.Program(
                        "replaced-web",
                        // gunicorn -w 2 --threads 8: as it ran.
                        List.of(
                                "/usr/bin/python3",
                                "-m",
                                "gunicorn",
                                "-w",
                                "2",
                                "--threads",
                                "8",
                                "-b",
                                "127.0.0.1:" + ports.get(1),
                                MODULE + ":app"),
                        Map.of("BASELINE_REDIS_PORT", redisPort, "PYTHONDONTWRITEBYTECODE", "1"),
                        program),
                folder);
        ReplacedDesign started = new ReplacedDesign(redis, web, ports.get(1));
        try {
            redis.awaitListening(ports.get(0));
            web.awaitListening(ports.get(1));
            return started;
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
    }

    private static void requireInstalled(Path program) throws MissingToolException, InterruptedException {
        if (!Files.exists(program.resolve(MODULE + ".py"))) {
            throw new MissingToolException(
                    "the design that is replaced: there is no %s.py in %s; -o replaced=<folder> says where it is"
                            .formatted(MODULE, program.toAbsolutePath().normalize()));
        }
        if (!Wrk.runs("redis-server", "--version")
                || !Wrk.runs("/usr/bin/python3", "-c", "import gunicorn, flask, redis")) {
            throw new MissingToolException(
                    "the design that is replaced needs redis-server, and Python's gunicorn, flask and"
                            + " redis: apt-get install redis-server gunicorn python3-flask python3-redis");
        }
    }

    String url() {
        return "http://127.0.0.1:" + port + "/v1/events";
    }

    /** Of the web application; Redis takes little beside it. */
    ProcessUsage usage() {
        return web.usage();
    }

    @Override
    public void close() {
        web.close();
        redis.close();
    }
}
