package io.tallystream.benchmarks.process;

import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code ./tallystream start}, or {@code demo}: everything in one process, and Redis in one that it starts. For one thread. */
public final class StandaloneChild implements AutoCloseable {
    private final Child child;
    private final Ports ports;

    /** Where it listens. */
    private record Ports(int ingest, int query, int management, int kafka, int redis) {}

    private StandaloneChild(Child child, Ports ports) {
        this.child = child;
        this.ports = ports;
    }

    /**
     * Starts it, and does not wait until it is ready.
     *
     * @param command {@code start} or {@code demo}
     * @param variables its settings; those of ports and of its data folder are added
     * @param data its folder
     * @param logs folder for what it prints
     */
    public static StandaloneChild start(
            Launcher launcher, String command, Map<String, String> variables, Path data, Path logs) throws IOException {
        List<Integer> free = LoopbackPorts.anyFree(5);
        Ports ports = new Ports(free.get(0), free.get(1), free.get(2), free.get(3), free.get(4));
        Map<String, String> all = new HashMap<>(variables);
        all.put("INGEST_PORT", Integer.toString(ports.ingest()));
        all.put("QUERY_PORT", Integer.toString(ports.query()));
        all.put("MANAGEMENT_PORT", Integer.toString(ports.management()));
        all.put("KAFKA_PORT", Integer.toString(ports.kafka()));
        all.put("REDIS_PORT", Integer.toString(ports.redis()));
        all.put("DATA_DIR", data.toString());
        return new StandaloneChild(Child.start(launcher.program(command, all, logs), logs), ports);
    }

    /** Returns when it is ready and its dashboard is there. Throws as {@link Child#awaitOk} does. */
    public void awaitReady() throws IOException, InterruptedException {
        child.awaitOk(URI.create("http://127.0.0.1:" + ports.management() + "/readyz"));
        child.awaitOk(URI.create("http://127.0.0.1:" + ports.query() + "/"));
    }

    /** Where it takes events. */
    public int ingestPort() {
        return ports.ingest();
    }

    /** Where it answers questions. */
    public int queryPort() {
        return ports.query();
    }

    /** What it takes of the machine, with its Redis. */
    public ProcessUsage usage() {
        return child.usage();
    }

    @Override
    public void close() {
        child.close();
    }
}
