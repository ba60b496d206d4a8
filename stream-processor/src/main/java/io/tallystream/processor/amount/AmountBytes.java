package io.tallystream.processor.amount;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Amounts as bytes, in the value of a record in between: the time of the newest append behind them (8 bytes), then for each the
 * amount's code and, as numbers of 7 bits a byte, time, sub and sum.
 */
public final class AmountBytes {
    private static final int FIRST_CAPACITY = 64;
    private static final int MAX_ENTRY = 1 + 10 + 10 + 10;
    private static final int CONTINUES = 0x80;
    private static final int PAYLOAD = 0x7f;
    private static final int PAYLOAD_BITS = 7;

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int length = Long.BYTES;

    /** Sees each amount. */
    @FunctionalInterface
    public interface Visitor {
        void amount(Amount amount, int time, int sub, long sum);
    }

    /** Adds one. */
    public void add(Amount amount, int time, int sub, long sum) {
        if (length + MAX_ENTRY > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        bytes[length++] = (byte) amount.code();
        number(time);
        number(sub);
        number(sum);
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return length == Long.BYTES;
    }

    /** What was added, and forgets it. */
    public byte[] take(long newestAppend) {
        ByteBuffer.wrap(bytes).putLong(newestAppend);
        byte[] taken = Arrays.copyOf(bytes, length);
        length = Long.BYTES;
        return taken;
    }

    /** The time of the newest append behind a value, in epoch milliseconds. */
    public static long newestAppend(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    /** Shows all amounts of a value. */
    public static void forEach(byte[] value, Visitor visitor) {
        ByteBuffer in = ByteBuffer.wrap(value, Long.BYTES, value.length - Long.BYTES);
        while (in.hasRemaining()) {
            Amount amount = Amount.of(in.get());
            visitor.amount(amount, (int) number(in), (int) number(in), number(in));
        }
    }

    private void number(long value) {
        long rest = value;
        while (rest > PAYLOAD) {
            bytes[length++] = (byte) (rest | CONTINUES);
            rest >>>= PAYLOAD_BITS;
        }
        bytes[length++] = (byte) rest;
    }

    private static long number(ByteBuffer in) {
        long value = 0;
        int shift = 0;
        byte next = in.get();
        while (next < 0) {
            value |= (long) (next & PAYLOAD) << shift;
            shift += PAYLOAD_BITS;
            next = in.get();
        }
        return value | (long) next << shift;
    }
}
