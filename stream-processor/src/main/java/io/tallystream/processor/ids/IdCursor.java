package io.tallystream.processor.ids;

import java.io.IOException;

/** Goes over remembered ids in the order of their digests, as unsigned numbers. For one thread. */
interface IdCursor {
    /** Goes to the next id, at first to the first one; false if there is none. */
    boolean advance() throws IOException;

    /** First half of the digest of the id it stands at. */
    long high();

    /** Second half. */
    long low();

    /** When the id was appended, in epoch milliseconds. */
    long append();

    /** Whether the first digest comes before the second one. */
    static boolean isBefore(long high, long low, long otherHigh, long otherLow) {
        return high == otherHigh ? Long.compareUnsigned(low, otherLow) < 0 : Long.compareUnsigned(high, otherHigh) < 0;
    }
}
