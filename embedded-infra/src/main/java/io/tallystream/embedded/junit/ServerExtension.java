package io.tallystream.embedded.junit;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Resolves parameters of one type to one server for the whole test JVM.
 *
 * @param <S> the server
 */
abstract class ServerExtension<S extends AutoCloseable> implements ParameterResolver {

    private final Class<S> type;
    private final Function<Path, S> starter;

    /** The starter gets an empty folder, which is deleted when the server has been closed. */
    ServerExtension(Class<S> type, Function<Path, S> starter) {
        this.type = type;
        this.starter = starter;
    }

    @Override
    public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == type;
    }

    @Override
    public final Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // Of the session, not of the request: a build tool may make several requests in one JVM.
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(type))
                .computeIfAbsent(type, key -> new Running<>(starter), Running.class)
                .server;
    }

    private static final class Running<S extends AutoCloseable> implements AutoCloseable {

        private final TestFolder folder = new TestFolder("tallystream-test");
        private final AtomicBoolean closed = new AtomicBoolean();
        private final S server;

        Running(Function<Path, S> starter) {
            try {
                server = starter.apply(folder.path());
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
            // For the run that is stopped half-way, by Ctrl-C or a time limit.
            Runtime.getRuntime().addShutdownHook(new Thread(this::close, "close-test-server"));
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            try (folder) {
                server.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
