package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.limit.AddressRates;
import io.tallystream.runtime.limit.ClientAddress;
import io.tallystream.runtime.limit.Credit;
import io.vertx.core.http.HttpServerRequest;

/** How much each address may do of something. Thread-safe; one for all event loops. */
public final class AddressLimit {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final ClientAddress address;
    private final AddressRates rates;

    /**
     * That much per second.
     *
     * @param proxies whose word on where a request is from is taken
     */
    public AddressLimit(int perSecond, AddressRanges proxies) {
        this.address = new ClientAddress(requireNonNull(proxies, "proxies"));
        this.rates = new AddressRates(perSecond);
    }

    /** Charges the address that a request is from. */
    public Credit take(HttpServerRequest request, int events) {
        String peer = request.remoteAddress().hostAddress();
        // There is no address where the connection has gone meanwhile.
        String client = peer == null ? "" : address.of(peer, request.headers().getAll(FORWARDED_FOR));
        return rates.take(client, events);
    }
}
