package io.tallystream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Processors as processes of their own, each with its own data folder, which are ended in all the ways there are. */
final class ProcessorFleet implements AutoCloseable {
    private static final Duration END_LIMIT = Duration.ofSeconds(60);
    private static final int TOLD_CHARACTERS = 4_000;

    private final Path folder;
    private final Map<String, String> variables;
    private final List<ChildJvm> processors = new ArrayList<>();

    /**
     * @param folder for data and logs
     * @param variables that all are started with
     */
    ProcessorFleet(Path folder, Map<String, String> variables) {
        this.folder = folder;
        this.variables = variables;
    }

    /** Adds one. */
    void add() throws IOException {
        processors.add(start(processors.size()));
    }

    /** Ends it at once, in the middle of what it does, and starts it again. */
    void kill(int which) throws Exception {
        processors.get(which).kill();
        processors.set(which, start(which));
    }

    /** Asks it to end, and starts it again when it has. */
    void restart(int which) throws Exception {
        stop(which);
        processors.set(which, start(which));
    }

    /** It does nothing any more until it is thawed, and does not know. */
    void freeze(int which) throws Exception {
        processors.get(which).signal("STOP");
    }

    void thaw(int which) throws Exception {
        processors.get(which).signal("CONT");
    }

    /** Ends all in order. */
    void stopAll() throws Exception {
        for (int which = 0; which < processors.size(); which++) {
            stop(which);
        }
    }

    /** None ends unless asked. */
    void requireAlive() throws IOException {
        for (int which = 0; which < processors.size(); which++) {
            if (!processors.get(which).isAlive()) {
                throw new AssertionError("processor " + which + " ended by itself with "
                        + processors.get(which).exitCode() + ": " + endOfLog(which));
            }
        }
    }

    private void stop(int which) throws Exception {
        ChildJvm asked = processors.get(which);
        asked.terminate();
        assertThat(asked.awaitEnd(END_LIMIT)).isTrue();
        assertThat(asked.exitCode()).as(() -> endOfLog(which)).isZero();
    }

    private ChildJvm start(int number) throws IOException {
        Map<String, String> all = new HashMap<>(variables);
        all.put("MANAGEMENT_PORT", "0");
        all.put("DATA_DIR", folder.resolve("data-" + number).toString());
        return ChildJvm.start(
                // As in production, not silent as in tests.
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dlog4j2.configurationFile=classpath:log4j2.xml"),
                ProcessorMain.class.getName(),
                all,
                log(number));
    }

    private Path log(int number) {
        return folder.resolve("processor-" + number + ".log");
    }

    private String endOfLog(int number) {
        try {
            String log = new String(Files.readAllBytes(log(number)), UTF_8);
            return log.substring(Math.max(0, log.length() - TOLD_CHARACTERS));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        processors.forEach(ChildJvm::kill);
    }
}
