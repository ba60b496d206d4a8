package io.tallystream.benchmarks.gateway;

import io.tallystream.benchmarks.process.Child;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.LoopbackPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The gateway's HTTP server without the gateway, in a process of its own: it reads a body and answers 202 with one as long as the
 * gateway's. For one thread.
 */
final class Echo implements AutoCloseable {
    private final Child child;
    private final int port;

    private Echo(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    static Echo start(Path folder) throws IOException, InterruptedException {
        int port = LoopbackPorts.anyFree();
        Child child = Child.start(
                Child.Program.jvm("echo", EchoMain.class, Map.of(), folder, Integer.toString(port)), folder);
        child.awaitListening(port);
        return new Echo(child, port);
    }

    /** Where answers are as long as this. */
    String url(String answer) {
        return "http://127.0.0.1:%d/%d".formatted(port, answer.length());
    }

    ProcessUsage usage() {
        return child.usage();
    }

    @Override
    public void close() {
        child.close();
    }
}
