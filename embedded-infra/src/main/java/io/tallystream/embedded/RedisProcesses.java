package io.tallystream.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts, finds and ends redis-server processes. */
final class RedisProcesses {

    private static final Logger LOGGER = LoggerFactory.getLogger(RedisProcesses.class);

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    private RedisProcesses() {}

    /**
     * Starts redis-server in a session of its own. In that of the terminal it would get the SIGINT of a Ctrl-C together
     * with the JVM, and be gone before the JVM has written what it still holds. Ignoring SIGINT would not do: Redis
     * installs a handler.
     */
    static Process start(Path executable, Path configFile) throws IOException {
        List<String> command = new ArrayList<>(newSession());
        command.add(executable.toString());
        command.add(configFile.toString());
        return new ProcessBuilder(command)
                .directory(configFile.getParent().toFile())
                .redirectErrorStream(true)
                .start();
    }

    // Each replaces itself by the command, so that the process we hold is redis-server. setsid(1) would fork if
    // it led a process group; what a JVM starts does not.
    private static List<String> newSession() {
        Optional<String> setsid = onPath("setsid");
        if (setsid.isPresent()) {
            return List.of(setsid.get());
        }
        Optional<String> perl = onPath("perl");
        if (perl.isPresent()) {
            return List.of(perl.get(), "-MPOSIX=setsid", "-e", "setsid(); exec { $ARGV[0] } @ARGV or die $!");
        }
        LOGGER.warn("Neither setsid nor perl found: a Ctrl-C in this terminal also stops Redis");
        return List.of();
    }

    private static Optional<String> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /**
     * Ends every redis-server that runs with this configuration file, letting it write its data out. To be called by the
     * owner of the data folder only: to it they are left-overs of a killed JVM.
     *
     * <p>They are recognised by what they run. A pid kept in a file would be missing when the JVM was killed right after
     * it started Redis, and could by now belong to anybody.
     */
    static void endLeftOvers(Path configFile) {
        List<ProcessHandle> leftOvers = ProcessHandle.allProcesses()
                .filter(process -> isRedisOf(process, configFile))
                .toList();
        for (ProcessHandle process : leftOvers) {
            LOGGER.info("Ending Redis (pid {}), left over by a run that was killed", process.pid());
            // Not whether it lives: an orphan that nobody reaps stays behind as a zombie, alive to
            // ProcessHandle, but it runs nothing.
            if (!end(process, () -> isRedisOf(process, configFile))) {
                throw new EmbeddedStartException("Redis (pid " + process.pid() + "), left over in "
                        + configFile.getParent() + " by a former run, cannot be ended");
            }
        }
    }

    /**
     * SIGTERM, on which Redis writes its data out, then SIGKILL if that takes too long. Waits even when interrupted: the
     * wait is bounded, and the data are worth it.
     *
     * @param running whether the process still is what it was
     * @return whether it has ended
     */
    static boolean end(ProcessHandle process, BooleanSupplier running) {
        process.destroy();
        if (awaitEnd(process, running)) {
            return true;
        }
        LOGGER.warn("Redis (pid {}) did not stop within {} s: killing it", process.pid(), GRACE.toSeconds());
        process.destroyForcibly();
        return awaitEnd(process, running);
    }

    private static boolean awaitEnd(ProcessHandle process, BooleanSupplier running) {
        long deadline = System.nanoTime() + GRACE.toNanos();
        boolean interrupted = false;
        try {
            while (running.getAsBoolean()) {
                if (System.nanoTime() - deadline > 0) {
                    return false;
                }
                interrupted |= awaitExit(process);
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean awaitExit(ProcessHandle process) {
        try {
            process.onExit().get(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The caller looks again.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            return true;
        }
        return false;
    }

    private static boolean isRedisOf(ProcessHandle process, Path configFile) {
        ProcessHandle.Info info = process.info();
        String[] arguments = info.arguments().orElse(new String[0]);
        return arguments.length == 1
                && arguments[0].equals(configFile.toString())
                && info.command().orElse("").contains("redis-server");
    }
}
