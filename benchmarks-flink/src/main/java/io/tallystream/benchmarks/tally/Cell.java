package io.tallystream.benchmarks.tally;

import io.tallystream.schema.count.Metric;

/**
 * A cell's place in one number: when (26 bits: a minute, or a day where the metric is daily, counted from 1970), of what name (20
 * bits), which metric (4 bits) and which sub (14 bits: a status, a latency bucket or an outcome).
 */
public final class Cell {
    static final int MAX_NAMES = 1 << 20;

    private static final Metric[] METRICS = Metric.values();
    private static final int SUB_BITS = 14;
    private static final int METRIC_BITS = 4;
    private static final int NAME_BITS = 20;
    private static final int NAME_SHIFT = SUB_BITS + METRIC_BITS;
    private static final int TIME_SHIFT = NAME_SHIFT + NAME_BITS;
    private static final long NAME_MASK = ((1L << NAME_BITS) - 1) << NAME_SHIFT;

    private Cell() {}

    /** The cell's number, which means nothing beyond this run. */
    @SuppressWarnings("EnumOrdinal")
    public static long of(int time, int name, Metric metric, int sub) {
        return (long) time << TIME_SHIFT | (long) name << NAME_SHIFT | (long) metric.ordinal() << SUB_BITS | sub;
    }

    /** When. */
    public static int time(long cell) {
        return (int) (cell >>> TIME_SHIFT);
    }

    /** Of what name. */
    static int name(long cell) {
        return (int) ((cell & NAME_MASK) >>> NAME_SHIFT);
    }

    /** Which metric. */
    public static Metric metric(long cell) {
        return METRICS[(int) (cell >>> SUB_BITS) & ((1 << METRIC_BITS) - 1)];
    }

    /** Which sub. */
    public static int sub(long cell) {
        return (int) cell & ((1 << SUB_BITS) - 1);
    }

    /** The same of no name. */
    public static long withoutName(long cell) {
        return cell & ~NAME_MASK;
    }
}
