package io.tallystream.benchmarks.process;

import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One of the services in a process of its own, set up by variables as an operator would. For one thread. */
public final class ServiceChild implements AutoCloseable {
    private final Child child;
    private final URI ready;

    private ServiceChild(Child child, URI ready) {
        this.child = child;
        this.ready = ready;
    }

    /**
     * Starts it, and does not wait until it is ready.
     *
     * @param variables its settings; those of its management port and its data folder are added
     * @param folder for its data, and what it prints
     */
    public static ServiceChild start(String name, Class<?> main, Map<String, String> variables, Path folder)
            throws IOException {
        int port = LoopbackPorts.anyFree();
        Map<String, String> all = new HashMap<>(variables);
        all.put("MANAGEMENT_PORT", Integer.toString(port));
        all.put("DATA_DIR", folder.resolve(name).toString());
        Child child = Child.start(Child.Program.jvm(name, main, all, folder), folder);
        return new ServiceChild(child, URI.create("http://127.0.0.1:" + port + "/readyz"));
    }

    /** Returns when it is ready. Throws as {@link Child#awaitOk} does. */
    public ServiceChild awaitReady() throws IOException, InterruptedException {
        child.awaitOk(ready);
        return this;
    }

    /** What it takes of the machine. */
    public ProcessUsage usage() {
        return child.usage();
    }

    @Override
    public void close() {
        child.close();
    }
}
