package io.tallystream.processor.amount;

/**
 * A cell's place in one number: when (26 bits, enough for minutes until 2097), of what name (20 bits), which amount (4 bits) and
 * which sub (14 bits). Never 0, since no event is from the first minute or day of 1970.
 */
public final class CellKey {
    /** How many names there can be. */
    public static final int MAX_NAMES = 1 << 20;

    /** How many bits a sub has. */
    public static final int SUB_BITS = 14;

    private static final int AMOUNT_BITS = 4;
    private static final int NAME_BITS = 20;
    private static final int AMOUNT_SHIFT = SUB_BITS;
    private static final int NAME_SHIFT = AMOUNT_SHIFT + AMOUNT_BITS;
    private static final int TIME_SHIFT = NAME_SHIFT + NAME_BITS;

    private CellKey() {}

    /** The cell there. */
    public static long of(int time, int name, Amount amount, int sub) {
        return (long) time << TIME_SHIFT | (long) name << NAME_SHIFT | (long) amount.code() << AMOUNT_SHIFT | sub;
    }

    /** When, in minutes or days from 1970. */
    public static int time(long key) {
        return (int) (key >>> TIME_SHIFT);
    }

    /** The number of its name. */
    public static int name(long key) {
        return (int) (key >>> NAME_SHIFT) & ((1 << NAME_BITS) - 1);
    }

    /** Which amount. */
    public static Amount amount(long key) {
        return Amount.of((int) (key >>> AMOUNT_SHIFT) & ((1 << AMOUNT_BITS) - 1));
    }

    /** Which sub. */
    public static int sub(long key) {
        return (int) key & ((1 << SUB_BITS) - 1);
    }

    /** The same cell of no name. */
    public static long withoutName(long key) {
        return key & ~(((1L << NAME_BITS) - 1) << NAME_SHIFT);
    }
}
