package io.tallystream.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/**
 * Is told what does not go as it should. Called by the client's threads, which wait for it; what it throws is logged and has
 * no other effect. By default everything is logged to {@code io.tallystream.client}.
 */
public interface DeliveryListener {
    /** Logs, and nothing else. */
    DeliveryListener LOGGING = new DeliveryListener() {};

    /**
     * The gateway has rejected some events of a batch, or all. They would be again and are not sent again; the others are
     * delivered.
     *
     * @param batch that was sent
     * @param answer of the gateway: JSON whose {@code items} name each rejected event by its {@code index} in the batch, and
     *     why
     */
    default void rejected(List<Event> batch, String answer) {
        logger().log(Level.WARNING, "the gateway rejects events: {0}", answer);
    }

    /**
     * Nobody has acknowledged a batch, and it is sent again, with the same ids.
     *
     * @param reason for people
     * @param wait until then
     */
    default void retrying(List<Event> batch, String reason, Duration wait) {
        logger().log(
                        Level.WARNING,
                        "{0} events are sent again in {1} ms: {2}",
                        batch.size(),
                        Long.toString(wait.toMillis()),
                        reason);
    }

    /**
     * These events are given up: they may have been counted or not.
     *
     * @param reason for people
     */
    default void lost(List<Event> events, String reason) {
        logger().log(Level.ERROR, "{0} events are given up: {1}", events.size(), reason);
    }

    private static Logger logger() {
        return System.getLogger("io.tallystream.client");
    }
}
