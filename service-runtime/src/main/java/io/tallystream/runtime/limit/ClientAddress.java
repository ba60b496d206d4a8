package io.tallystream.runtime.limit;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Finds the address that a request is from. {@code X-Forwarded-For} can be written by anybody, so only what our own proxies
 * put there counts: from the right, the first address that is not one of theirs. Immutable.
 */
public final class ClientAddress {
    // Whoever has one IPv6 address has 2^64 of them.
    private static final int V6_NETWORK_BYTES = 8;

    private final AddressRanges proxies;

    /** @param proxies whose {@code X-Forwarded-For} is believed */
    public ClientAddress(AddressRanges proxies) {
        this.proxies = requireNonNull(proxies, "proxies");
    }

    /**
     * The address to count a request under: of IPv6 the network only.
     *
     * @param peer the other end of the connection
     * @param forwarded the values of {@code X-Forwarded-For} in the order of their lines
     */
    public String of(String peer, List<String> forwarded) {
        String client = peer;
        String[] hops = String.join(",", forwarded).split(",", -1);
        for (int i = hops.length - 1; i >= 0 && proxies.contains(client); i--) {
            String hop = hops[i].strip();
            if (AddressRanges.bytes(hop).isEmpty()) {
                break;
            }
            client = hop;
        }
        return network(client);
    }

    private static String network(String address) {
        byte[] bytes = AddressRanges.bytes(address).orElse(new byte[0]);
        return bytes.length <= 4 ? address : HexFormat.of().formatHex(Arrays.copyOf(bytes, V6_NETWORK_BYTES)) + "/64";
    }
}
