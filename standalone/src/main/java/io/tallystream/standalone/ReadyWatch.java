package io.tallystream.standalone;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something once, when everything is ready for the first time. */
final class ReadyWatch implements Service {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReadyWatch.class);
    private static final long LOOK_MS = 20;
    private static final long TELL_EVERY_LOOKS = 500;
    private static final long CLOSE_LIMIT_MS = 1_000;

    private final HealthChecks health;
    private final Runnable onReady;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::watch, "ready-watch");

    /** @param onReady called on a thread of its own */
    ReadyWatch(HealthChecks health, Runnable onReady) {
        this.health = requireNonNull(health, "health");
        this.onReady = requireNonNull(onReady, "onReady");
    }

    @Override
    public String name() {
        return "ready-watch";
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(CLOSE_LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        try {
            for (long looks = 1; !stopped.await(LOOK_MS, TimeUnit.MILLISECONDS); looks++) {
                Map<String, Health> results = health.results();
                if (results.values().stream().allMatch(Health::up)) {
                    onReady.run();
                    return;
                }
                if (looks % TELL_EVERY_LOOKS == 0) {
                    LOGGER.info("not ready yet: {}", down(results));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String down(Map<String, Health> results) {
        return results.entrySet().stream()
                .filter(result -> !result.getValue().up())
                .map(result -> result.getKey() + " (" + result.getValue().detail() + ")")
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
