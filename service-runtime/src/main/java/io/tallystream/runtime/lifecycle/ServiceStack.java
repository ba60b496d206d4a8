package io.tallystream.runtime.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Services that stand on one another: started bottom up, closed top down. Thread-safe. */
public final class ServiceStack implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServiceStack.class);

    private final Deque<Service> started = new ArrayDeque<>();
    private volatile boolean closed;

    /**
     * Starts a service on top.
     *
     * @throws IllegalStateException if the stack is closed already
     * @throws Exception as the service does; {@link #close} closes it nevertheless
     */
    public synchronized void start(Service service) throws Exception {
        if (closed) {
            throw new IllegalStateException("stopped before " + service.name() + " was started");
        }
        long begin = System.nanoTime();
        started.push(service);
        service.start();
        LOGGER.info(
                "{} started in {} ms",
                service.name(),
                Duration.ofNanos(System.nanoTime() - begin).toMillis());
    }

    /** From now on no service is started; one that is starting goes on. Returns at once. */
    void refuseStarts() {
        closed = true;
    }

    /** Closes all, the last started first, whether or not some of them fail to. */
    @Override
    public synchronized void close() {
        refuseStarts();
        while (!started.isEmpty()) {
            Service service = started.pop();
            try {
                long begin = System.nanoTime();
                service.close();
                LOGGER.info(
                        "{} stopped in {} ms",
                        service.name(),
                        Duration.ofNanos(System.nanoTime() - begin).toMillis());
            } catch (Throwable e) { // Whatever it is, those below have to be closed too.
                LOGGER.error("{} did not stop cleanly", service.name(), e);
            }
        }
    }
}
