package io.tallystream.schema.count;

import java.util.Arrays;
import java.util.function.Function;

/** Look-up of constants by their names on the wire. */
final class WireNames {
    private WireNames() {}

    static <E> E find(E[] constants, Function<E, String> wireName, String wanted, String kind) {
        return Arrays.stream(constants)
                .filter(constant -> wireName.apply(constant).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown " + kind + ": " + wanted));
    }
}
