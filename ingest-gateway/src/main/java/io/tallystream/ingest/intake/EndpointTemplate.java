package io.tallystream.ingest.intake;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Puts {@code {id}} for the parts of a path that are numbers, UUIDs, or {@value #LEAST_HEX_DIGITS} hex digits or more, so
 * that raw paths are counted as the few routes they belong to. For one thread.
 */
final class EndpointTemplate {
    private static final int LEAST_HEX_DIGITS = 16;
    private static final byte[] ID = "{id}".getBytes(StandardCharsets.US_ASCII);
    private static final int[] UUID_GROUPS = {8, 4, 4, 4, 12};
    private static final int UUID_LENGTH = 36;

    private byte[] out = new byte[512];
    private int length;

    /** Makes the template of a path, in UTF-8; says whether it is another than the path. */
    boolean make(byte[] path, int from, int to) {
        length = 0;
        boolean changed = false;
        int begin = from;
        for (int i = from; i <= to; i++) {
            if (i == to || path[i] == '/') {
                boolean id = isId(path, begin, i);
                changed |= id;
                if (id) {
                    put(ID, 0, ID.length);
                } else {
                    put(path, begin, i);
                }
                if (i < to) {
                    put(path, i, i + 1);
                }
                begin = i + 1;
            }
        }
        return changed;
    }

    /** The template's bytes, good until the next is made. */
    byte[] bytes() {
        return out;
    }

    /** How many of them there are. */
    int length() {
        return length;
    }

    private void put(byte[] bytes, int from, int to) {
        int more = to - from;
        if (length + more > out.length) {
            out = Arrays.copyOf(out, 2 * (length + more));
        }
        System.arraycopy(bytes, from, out, length, more);
        length += more;
    }

    private static boolean isId(byte[] path, int from, int to) {
        if (to == from) {
            return false;
        }
        boolean digitsOnly = true;
        boolean hexOnly = true;
        for (int i = from; i < to; i++) {
            boolean digit = path[i] >= '0' && path[i] <= '9';
            digitsOnly &= digit;
            hexOnly &= digit || isHexLetter(path[i]);
        }
        return digitsOnly || (hexOnly && to - from >= LEAST_HEX_DIGITS) || isUuid(path, from, to);
    }

    private static boolean isUuid(byte[] path, int from, int to) {
        if (to - from != UUID_LENGTH) {
            return false;
        }
        int at = from;
        for (int group : UUID_GROUPS) {
            for (int end = at + group; at < end; at++) {
                boolean hex = (path[at] >= '0' && path[at] <= '9') || isHexLetter(path[at]);
                if (!hex) {
                    return false;
                }
            }
            if (at < to && path[at] != '-') {
                return false;
            }
            at++;
        }
        return true;
    }

    private static boolean isHexLetter(byte b) {
        return (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
    }
}
