package io.tallystream.benchmarks.flink;

import io.tallystream.benchmarks.tally.Cell;
import io.tallystream.schema.count.Metric;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.CopyableValue;

/**
 * What is remembered of one user: the days on which they were active, their counts on the last days, their lifetime clicks. Days
 * are counted from 1970.
 */
public final class UserDays implements CopyableValue<UserDays> {
    private static final long serialVersionUID = 1L;
    private static final int NO_DAY = -1;
    private static final int REMEMBERED_DAYS = 64;
    private static final int KEPT_DAYS = 32;
    private static final int HEAD_BYTES = Integer.BYTES + Long.BYTES + Long.BYTES;
    private static final int DAY_BYTES = 3 * Integer.BYTES;

    private int newestDay = NO_DAY;
    // Bit i: active on newestDay - i.
    private long activeDays;
    private long lifetimeClicks;
    // Three numbers each: the day, its calls, its clicks.
    private int[] days = {};

    /** Of somebody new. */
    public UserDays() {}

    /** Marks the user active on a day and adds to the totals what that makes of active and new users. */
    void activate(int day, Long2LongOpenHashMap totals) {
        if (newestDay == NO_DAY) {
            totals.addTo(Cell.of(day, 0, Metric.NEW_USERS, 0), 1);
            newestDay = day;
        }
        int age = newestDay - day;
        if (age >= REMEMBERED_DAYS || (age >= 0 && (activeDays >>> age & 1) == 1)) {
            return;
        }
        totals.addTo(Cell.of(day, 0, Metric.ACTIVE_USERS, 0), 1);
        raise(day, 7, Metric.ACTIVE_USERS_7D, totals);
        raise(day, 30, Metric.ACTIVE_USERS_30D, totals);
        if (age < 0) {
            activeDays = -age >= Long.SIZE ? 0 : activeDays << -age;
            newestDay = day;
            activeDays |= 1;
        } else {
            activeDays |= 1L << age;
        }
    }

    /** Adds to the rolling counts of the days on which the user was not yet among those active of late. */
    private void raise(int day, int length, Metric metric, Long2LongOpenHashMap totals) {
        int first = day;
        int last = day + length - 1;
        for (int i = 0; i < REMEMBERED_DAYS && activeDays >>> i != 0; i++) {
            if ((activeDays >>> i & 1) == 1) {
                int other = newestDay - i;
                if (other > day) {
                    last = Math.min(last, other - 1);
                } else {
                    first = Math.max(first, other + length);
                    break;
                }
            }
        }
        for (int covered = first; covered <= last; covered++) {
            totals.addTo(Cell.of(covered, 0, metric, 0), 1);
        }
    }

    /** Adds; returns the calls of that day. */
    int addCalls(int day, int calls) {
        int i = indexOf(day) + 1;
        days[i] += calls;
        return days[i];
    }

    /** Adds; returns the clicks of that day. */
    int addClicks(int day, int clicks) {
        lifetimeClicks += clicks;
        int i = indexOf(day) + 2;
        days[i] += clicks;
        return days[i];
    }

    long lifetimeClicks() {
        return lifetimeClicks;
    }

    private int indexOf(int day) {
        int kept = 0;
        for (int i = 0; i < days.length; i += 3) {
            if (days[i] == day) {
                return i;
            }
            if (days[i] > newestDay - KEPT_DAYS) {
                System.arraycopy(days, i, days, kept, 3);
                kept += 3;
            }
        }
        days = Arrays.copyOf(days, kept + 3);
        days[kept] = day;
        days[kept + 1] = 0;
        days[kept + 2] = 0;
        return kept;
    }

    @Override
    public int getBinaryLength() {
        return -1;
    }

    @Override
    public void copyTo(UserDays target) {
        target.newestDay = newestDay;
        target.activeDays = activeDays;
        target.lifetimeClicks = lifetimeClicks;
        target.days = days.clone();
    }

    @Override
    public UserDays copy() {
        UserDays copy = new UserDays();
        copyTo(copy);
        return copy;
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        target.write(source, HEAD_BYTES);
        int count = source.readByte();
        target.writeByte(count);
        target.write(source, count * DAY_BYTES);
    }

    @Override
    public void write(DataOutputView out) throws IOException {
        out.writeInt(newestDay);
        out.writeLong(activeDays);
        out.writeLong(lifetimeClicks);
        out.writeByte(days.length / 3);
        for (int number : days) {
            out.writeInt(number);
        }
    }

    @Override
    public void read(DataInputView in) throws IOException {
        newestDay = in.readInt();
        activeDays = in.readLong();
        lifetimeClicks = in.readLong();
        days = new int[in.readByte() * 3];
        for (int i = 0; i < days.length; i++) {
            days[i] = in.readInt();
        }
    }
}
