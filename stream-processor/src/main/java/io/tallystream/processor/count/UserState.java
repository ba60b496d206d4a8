package io.tallystream.processor.count;

import io.tallystream.processor.amount.Amount;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is remembered of one user: the days on which they were active, their counts on days that can still change, and their
 * lifetime counts. Days are counted from 1970. Mutable, for one thread.
 */
final class UserState {
    /** Days back from the newest that are remembered. More than the longest window and the latest event together. */
    static final int REMEMBERED_DAYS = 64;

    private static final int NO_DAY = -1;
    private static final int HEAD_BYTES = Integer.BYTES + Long.BYTES + Long.BYTES + Byte.BYTES;
    private static final int DAY_BYTES = Integer.BYTES + Long.BYTES + Long.BYTES;

    private int newestDay = NO_DAY;
    // Bit i: active on newestDay - i.
    private long activeDays;
    private long lifetimeClicks;
    private int[] days = new int[1];
    private long[] calls = new long[1];
    private long[] clicks = new long[1];
    private int dayCount;

    // Since the last commit.
    private boolean dirty;
    private long changedCalls;
    private long changedClicks;

    /** Sees a changed count of a day. */
    @FunctionalInterface
    interface DayVisitor {
        void count(int day, long count);
    }

    /** Whether nothing was known of this user before. */
    boolean isNew() {
        return newestDay == NO_DAY;
    }

    boolean isDirty() {
        return dirty;
    }

    /**
     * Marks the user active on a day.
     *
     * @param tally what takes the rolling counts that this raises: for each length of days, those days whose count does not hold
     *     the user yet
     * @return whether they were not active on that day before
     */
    boolean activate(int day, EventTally tally) {
        if (isNew()) {
            tally.addUser(Amount.NEW_USERS, day);
            newestDay = day;
        }
        int age = newestDay - day;
        if (age >= REMEMBERED_DAYS || (age >= 0 && (activeDays >>> age & 1) == 1)) {
            return false;
        }
        dirty = true;
        tally.addUser(Amount.ACTIVE_USERS, day);
        raise(day, 7, Amount.ACTIVE_USERS_7D, tally);
        raise(day, 30, Amount.ACTIVE_USERS_30D, tally);
        if (age < 0) {
            activeDays = -age >= Long.SIZE ? 0 : activeDays << -age;
            newestDay = day;
            activeDays |= 1;
        } else {
            activeDays |= 1L << age;
        }
        return true;
    }

    /**
     * An active day is in the rolling counts of its own day and the days after it, as many as the window is long. Of those, the
     * ones up to the window's end of the active day before, and the ones from the active day after on, hold the user already.
     */
    private void raise(int day, int length, Amount amount, EventTally tally) {
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
            tally.addUser(amount, covered);
        }
    }

    void addCall(int day) {
        int i = indexOf(day);
        calls[i]++;
        changedCalls |= 1L << i;
        dirty = true;
    }

    void addClick(int day) {
        int i = indexOf(day);
        clicks[i]++;
        changedClicks |= 1L << i;
        lifetimeClicks++;
        dirty = true;
    }

    void forEachChangedCalls(DayVisitor visitor) {
        forEachChanged(changedCalls, calls, visitor);
    }

    void forEachChangedClicks(DayVisitor visitor) {
        forEachChanged(changedClicks, clicks, visitor);
    }

    /** The lifetime's clicks. */
    long lifetimeClicks() {
        return lifetimeClicks;
    }

    boolean hasChangedClicks() {
        return changedClicks != 0;
    }

    /** As bytes, without the days before the given one, which can change no more; and clean from now on. */
    byte[] commit(int firstOpenDay) {
        forgetDaysBefore(firstOpenDay);
        dirty = false;
        changedCalls = 0;
        changedClicks = 0;
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + dayCount * DAY_BYTES);
        out.putInt(newestDay).putLong(activeDays).putLong(lifetimeClicks).put((byte) dayCount);
        for (int i = 0; i < dayCount; i++) {
            out.putInt(days[i]).putLong(calls[i]).putLong(clicks[i]);
        }
        return out.array();
    }

    /** What {@link #commit} made the bytes of; a new user for null. */
    static UserState of(byte[] bytes) {
        UserState state = new UserState();
        if (bytes != null) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            state.newestDay = in.getInt();
            state.activeDays = in.getLong();
            state.lifetimeClicks = in.getLong();
            int count = in.get();
            state.makeRoom(count);
            state.dayCount = count;
            for (int i = 0; i < count; i++) {
                state.days[i] = in.getInt();
                state.calls[i] = in.getLong();
                state.clicks[i] = in.getLong();
            }
        }
        return state;
    }

    private void forEachChanged(long changed, long[] counts, DayVisitor visitor) {
        for (int i = 0; i < dayCount; i++) {
            if ((changed >>> i & 1) == 1) {
                visitor.count(days[i], counts[i]);
            }
        }
    }

    private int indexOf(int day) {
        for (int i = 0; i < dayCount; i++) {
            if (days[i] == day) {
                return i;
            }
        }
        if (dayCount == REMEMBERED_DAYS) {
            throw new IllegalStateException(
                    "events of one user are spread over more than " + REMEMBERED_DAYS + " days");
        }
        makeRoom(dayCount + 1);
        days[dayCount] = day;
        calls[dayCount] = 0;
        clicks[dayCount] = 0;
        return dayCount++;
    }

    private void makeRoom(int count) {
        if (count > days.length) {
            int capacity = Math.max(count, days.length * 2);
            days = Arrays.copyOf(days, capacity);
            calls = Arrays.copyOf(calls, capacity);
            clicks = Arrays.copyOf(clicks, capacity);
        }
    }

    private void forgetDaysBefore(int firstOpenDay) {
        int kept = 0;
        for (int i = 0; i < dayCount; i++) {
            if (days[i] >= firstOpenDay) {
                days[kept] = days[i];
                calls[kept] = calls[i];
                clicks[kept] = clicks[i];
                kept++;
            }
        }
        dayCount = kept;
    }
}
