package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.limit.Credit;
import io.tallystream.runtime.limit.KeyRates;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * Holds keys or addresses to their rates. As a handler, before the body: refuses with 429 who has nothing left. Once the
 * body is read its events are charged; a request that came to nothing before that costs as much as one event. Thread-safe;
 * one for all event loops.
 */
public final class RateLimit implements Handler<RoutingContext> {
    private final String policy;
    private final String who;
    private final Taker taker;
    private final String charged;

    @FunctionalInterface
    private interface Taker {
        /** @return empty if there is no limit */
        Optional<Credit> take(RoutingContext context, int events);
    }

    private RateLimit(String policy, String who, Taker taker) {
        this.policy = policy;
        this.who = who;
        this.taker = taker;
        this.charged = RateLimit.class.getName() + "." + policy;
    }

    /** Of keys. Behind {@link KeyAuthentication}. */
    public static RateLimit ofKeys(KeyRates rates) {
        requireNonNull(rates, "rates");
        return new RateLimit(
                "key", "this key", (context, events) -> rates.take(KeyAuthentication.keyOf(context), events));
    }

    /** Of addresses. */
    public static RateLimit ofAddresses(AddressLimit addresses) {
        requireNonNull(addresses, "addresses");
        return new RateLimit(
                "address", "an address", (context, events) -> Optional.of(addresses.take(context.request(), events)));
    }

    @Override
    public void handle(RoutingContext context) {
        Optional<Credit> asked = taker.take(context, 0);
        asked.filter(credit -> !credit.granted()).ifPresent(credit -> refuse(context, credit));
        asked.ifPresent(credit -> context.addEndHandler(ended -> {
            if (context.get(charged) == null) {
                var unused = taker.take(context, 1);
            }
        }));
        context.next();
    }

    /**
     * Charges for the events of a request, and tells the client what is left.
     *
     * @param events valid or not: to read them is work, too
     * @throws ProblemException with 429 if another request has taken what was left; nothing is charged then
     */
    public void take(RoutingContext context, int events) {
        Optional<Credit> taken = taker.take(context, events);
        context.put(charged, true);
        taken.filter(credit -> !credit.granted()).ifPresent(credit -> refuse(context, credit));
        taken.ifPresent(credit -> RateFields.add(context.response(), policy, credit));
    }

    private void refuse(RoutingContext context, Credit credit) {
        RateFields.add(context.response(), policy, credit);
        throw RateFields.exceeded(
                context.response(), credit, "%s may send %d events per second".formatted(who, credit.limit()));
    }
}
