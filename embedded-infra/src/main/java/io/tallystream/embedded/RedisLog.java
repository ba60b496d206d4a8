package io.tallystream.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes what redis-server prints on to our log, and remembers the end of it. Reads until the process closes its output,
 * on a daemon thread.
 */
final class RedisLog {

    private static final Logger LOGGER = LoggerFactory.getLogger(RedisLog.class);

    private static final int REMEMBERED_LINES = 8;

    // Redis marks these as warnings ('#'), at every start and stop.
    private static final List<String> ROUTINE = List.of(
            " is starting ",
            "Redis version=",
            "Configuration loaded",
            "Server initialized",
            "WARNING Memory overcommit",
            "WARNING overcommit_memory",
            "WARNING you have Transparent Huge Pages",
            "User requested shutdown",
            "Redis is now ready to exit");

    private final Deque<String> lastLines = new ArrayDeque<>();
    private final boolean quiet;
    private final Thread reader;

    RedisLog(InputStream output) {
        this(output, false);
    }

    private RedisLog(InputStream output, boolean quiet) {
        this.quiet = quiet;
        reader = new Thread(() -> readAll(output), "embedded-redis-log");
        reader.setDaemon(true);
        reader.start();
    }

    /** One that warns of nothing: where servers are killed on purpose, the others say much of it. */
    static RedisLog quiet(InputStream output) {
        return new RedisLog(output, true);
    }

    /** The last lines of a process that has ended, oldest first, on one line. */
    String end() {
        try {
            // A child that Redis forked may hold the output open for longer.
            reader.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lastLines) {
            return String.join(" | ", lastLines);
        }
    }

    private void readAll(InputStream output) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
            lines.lines().forEach(this::accept);
        } catch (IOException | UncheckedIOException e) {
            LOGGER.debug("Output of Redis ended", e);
        }
    }

    private void accept(String line) {
        synchronized (lastLines) {
            if (lastLines.size() == REMEMBERED_LINES) {
                lastLines.removeFirst();
            }
            lastLines.addLast(line.strip());
        }
        if (!quiet && isWarning(line)) {
            LOGGER.warn("{}", line);
        } else {
            LOGGER.debug("{}", line);
        }
    }

    /** Whether a line, {@code 12:M 20 Nov 2026 10:15:31.000 # text}, says something that a user should know. */
    static boolean isWarning(String line) {
        int mark = line.indexOf(" # ");
        return mark >= 0 && ROUTINE.stream().noneMatch(line.substring(mark)::contains);
    }
}
