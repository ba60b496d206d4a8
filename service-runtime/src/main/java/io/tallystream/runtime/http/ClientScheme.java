package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.limit.AddressRanges;
import io.vertx.core.http.HttpServerRequest;

/** Knows whether a client's request came over TLS, which ends before it reaches us. Immutable. */
public final class ClientScheme {
    private static final String FORWARDED_PROTO = "X-Forwarded-Proto";

    private final AddressRanges proxies;

    /** @param proxies whose {@code X-Forwarded-Proto} is believed */
    public ClientScheme(AddressRanges proxies) {
        this.proxies = requireNonNull(proxies, "proxies");
    }

    /**
     * Whether it did, as far as a proxy of ours says. Where there are several in a row, the first of them talks with the
     * client.
     */
    public boolean isSecure(HttpServerRequest request) {
        String peer = request.remoteAddress().hostAddress();
        String told = request.getHeader(FORWARDED_PROTO);
        return peer != null
                && told != null
                && proxies.contains(peer)
                && told.split(",", 2)[0].strip().equalsIgnoreCase("https");
    }
}
