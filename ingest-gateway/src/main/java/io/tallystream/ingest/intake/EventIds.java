package io.tallystream.ingest.intake;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Ids for events that have none: 16 random characters that this object has to itself, and a number. Random UUIDs would have
 * all threads wait for one generator. For one thread.
 */
final class EventIds {
    private static final byte[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".getBytes(StandardCharsets.US_ASCII);
    private static final int BITS = 5;
    private static final int MASK = 31;
    private static final int PREFIX_LENGTH = 16;
    private static final int MAX_LENGTH = PREFIX_LENGTH + 1 + 13;

    private final byte[] next = new byte[MAX_LENGTH];
    private long count;

    EventIds() {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < PREFIX_LENGTH; i++) {
            next[i] = DIGITS[random.nextInt(DIGITS.length)];
        }
        next[PREFIX_LENGTH] = '-';
    }

    /** An id that no other call gives, of any such object anywhere, in ASCII. */
    byte[] next() {
        int digits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(count) + BITS - 1) / BITS);
        long rest = count++;
        for (int i = PREFIX_LENGTH + digits; i > PREFIX_LENGTH; i--) {
            next[i] = DIGITS[(int) (rest & MASK)];
            rest >>>= BITS;
        }
        return Arrays.copyOf(next, PREFIX_LENGTH + 1 + digits);
    }
}
