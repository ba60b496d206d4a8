package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.limit.Credit;
import io.tallystream.runtime.limit.KeyRates;
import io.tallystream.runtime.security.ApiKey;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * Holds keys to their rates. As a handler, behind {@link KeyAuthentication} and before the body: refuses with 429 who has nothing
 * left. Once the body is read its events are charged; a request that came to nothing before that costs as much as one event.
 * Thread-safe; one for all event loops.
 */
public final class KeyCharge implements Handler<RoutingContext> {
    private static final String POLICY = "key";
    private static final String CHARGED = KeyCharge.class.getName();

    private final KeyRates rates;

    /** By those rates. */
    public KeyCharge(KeyRates rates) {
        this.rates = requireNonNull(rates, "rates");
    }

    @Override
    public void handle(RoutingContext context) {
        ApiKey key = KeyAuthentication.keyOf(context);
        Optional<Credit> asked = rates.take(key, 0);
        asked.filter(credit -> !credit.granted()).ifPresent(credit -> refuse(context, credit));
        asked.ifPresent(credit -> context.addEndHandler(ended -> {
            if (context.get(CHARGED) == null) {
                rates.take(key, 1);
            }
        }));
        context.next();
    }

    /**
     * Charges the key of a request, and tells the client what is left.
     *
     * @param events valid or not: to read them is work, too
     * @throws ProblemException with 429 if another request has taken what was left; nothing is charged then
     */
    public void take(RoutingContext context, int events) {
        Optional<Credit> taken = rates.take(KeyAuthentication.keyOf(context), events);
        context.put(CHARGED, true);
        taken.filter(credit -> !credit.granted()).ifPresent(credit -> refuse(context, credit));
        taken.ifPresent(credit -> RateFields.add(context.response(), POLICY, credit));
    }

    private static void refuse(RoutingContext context, Credit credit) {
        RateFields.add(context.response(), POLICY, credit);
        throw RateFields.exceeded(
                context.response(), credit, "this key may send " + credit.limit() + " events per second");
    }
}
