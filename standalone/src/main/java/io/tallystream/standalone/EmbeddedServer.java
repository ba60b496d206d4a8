package io.tallystream.standalone;

import io.tallystream.embedded.EmbeddedStartException;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.StartupException;
import java.util.function.Supplier;

/** An embedded server as a service. */
final class EmbeddedServer<S extends AutoCloseable> implements Service {
    private final String name;
    private final String settings;
    private final Supplier<S> starter;
    private S server;

    /**
     * @param settings the variables that its mistakes are mended with
     * @param starter starts it
     */
    EmbeddedServer(String name, String settings, Supplier<S> starter) {
        this.name = name;
        this.settings = settings;
        this.starter = starter;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        try {
            server = starter.get();
        } catch (EmbeddedStartException e) {
            throw new StartupException("%s: %s (%s)".formatted(name, e.getMessage(), settings), e);
        }
    }

    /** The server, once started. */
    S server() {
        return server;
    }

    @Override
    public void close() {
        if (server != null) {
            try {
                server.close();
            } catch (Exception e) {
                throw new IllegalStateException(name + " did not close", e);
            }
        }
    }
}
