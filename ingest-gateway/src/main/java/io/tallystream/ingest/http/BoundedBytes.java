package io.tallystream.ingest.http;

import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import java.util.Arrays;

/** Bytes that are put together, up to a number of them, out of a budget. For one thread. */
final class BoundedBytes {
    private static final int FIRST_BYTES = 4 * 1024;
    private static final byte[] NOTHING = {};

    private final int most;
    private final BodyBudget budget;
    private byte[] bytes = NOTHING;
    private int length;

    BoundedBytes(int most, BodyBudget budget) {
        this.most = most;
        this.budget = budget;
    }

    /** @throws ProblemException if they are too many, or there is no memory for them */
    void append(byte[] more, int number) {
        if (number > most - length) {
            throw new ProblemException(
                    new Problem(413, "too-large", "Too large", "the body is larger than " + most + " bytes"));
        }
        int needed = length + number;
        if (needed > bytes.length) {
            int capacity = Math.min(most, Math.max(needed, length == 0 ? FIRST_BYTES : 2 * bytes.length));
            if (!budget.take(capacity - bytes.length)) {
                throw new ProblemException(Publication.unavailable("too many bodies are being read"));
            }
            bytes = Arrays.copyOf(bytes, capacity);
        }
        System.arraycopy(more, 0, bytes, length, number);
        length = needed;
    }

    /** What was appended. */
    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    /** Gives all back. */
    void release() {
        budget.giveBack(bytes.length);
        bytes = NOTHING;
        length = 0;
    }
}
