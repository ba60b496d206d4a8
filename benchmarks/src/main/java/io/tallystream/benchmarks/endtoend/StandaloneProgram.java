package io.tallystream.benchmarks.endtoend;

import io.tallystream.benchmarks.process.Launcher;
import io.tallystream.benchmarks.process.StandaloneChild;
import io.tallystream.benchmarks.report.ProcessUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code ./tallystream start}. */
record StandaloneProgram(StandaloneChild child) implements Installation {
    /** Starts it, and returns when it is ready. */
    static StandaloneProgram start(Launcher launcher, int partitions, Path folder)
            throws IOException, InterruptedException {
        StandaloneChild child = StandaloneChild.start(
                launcher,
                "start",
                Map.of(
                        "INGEST_KEYS",
                        "benchmark=" + INGEST_KEY,
                        "ADMIN_TOKEN",
                        ADMIN_TOKEN,
                        "PARTITIONS",
                        Integer.toString(partitions)),
                folder.resolve("data"),
                folder);
        child.awaitReady();
        return new StandaloneProgram(child);
    }

    @Override
    public int ingestPort() {
        return child.ingestPort();
    }

    @Override
    public int queryPort() {
        return child.queryPort();
    }

    @Override
    public ProcessUsage.Spent sinceLast() {
        return child.usage().sinceLast();
    }

    @Override
    public void close() {
        child.close();
    }
}
