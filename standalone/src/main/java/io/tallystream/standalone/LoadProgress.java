package io.tallystream.standalone;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.standalone.demo.DemoTraffic;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells from time to time how much of a load was acknowledged. */
final class LoadProgress implements Service {
    private static final Logger LOGGER = LoggerFactory.getLogger(LoadProgress.class);
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final DemoTraffic traffic;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("load-progress"));

    LoadProgress(DemoTraffic traffic) {
        this.traffic = requireNonNull(traffic, "traffic");
    }

    @Override
    public String name() {
        return "load-progress";
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // It does not throw.
    public void start() {
        thread.scheduleAtFixedRate(this::tell, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Tells the whole once more. */
    @Override
    public void close() {
        thread.shutdownNow();
        tell();
    }

    private void tell() {
        LOGGER.info("{} events acknowledged", traffic.acknowledged());
    }
}
