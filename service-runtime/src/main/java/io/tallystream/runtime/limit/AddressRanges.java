package io.tallystream.runtime.limit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Ranges of IP addresses, as in {@code 10.0.0.0/8,2001:db8::/32}. Never asks a name server. Immutable. */
public final class AddressRanges {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    // To Java what has a colon is an address or an error, never a name.
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{1,40}");

    private final List<Range> ranges;

    private static final class Range {
        private final byte[] start;
        private final int bits;

        Range(byte[] start, int bits) {
            this.start = start;
            this.bits = bits;
        }

        boolean contains(byte[] address) {
            if (address.length != start.length) {
                return false;
            }
            int whole = bits / 8;
            int rest = bits % 8;
            int mask = 0xFF00 >> rest & 0xFF;
            return Arrays.equals(address, 0, whole, start, 0, whole)
                    && (rest == 0 || (address[whole] & mask) == (start[whole] & mask));
        }
    }

    private AddressRanges(List<Range> ranges) {
        this.ranges = ranges;
    }

    /**
     * Reads them, comma-separated; an address alone is a range of one, empty text is no range.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static AddressRanges parse(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String entry : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String[] parts = entry.strip().split("/", 2);
            byte[] start = bytes(parts[0]).orElseThrow(() -> new IllegalArgumentException("not an address: " + entry));
            int bits = parts.length == 1 ? start.length * 8 : Integer.parseInt(parts[1]);
            if (bits < 0 || bits > start.length * 8) {
                throw new IllegalArgumentException("not a range: " + entry);
            }
            ranges.add(new Range(start, bits));
        }
        return new AddressRanges(List.copyOf(ranges));
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Whether that is an address in one of them. */
    public boolean contains(String address) {
        return !ranges.isEmpty()
                && bytes(address)
                        .filter(bytes -> ranges.stream().anyMatch(range -> range.contains(bytes)))
                        .isPresent();
    }

    /** The four or sixteen bytes of an address; empty if it is none. An IPv4 address in IPv6 clothes has four. */
    static Optional<byte[]> bytes(String address) {
        if (!V4.matcher(address).matches() && !V6.matcher(address).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(address).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
