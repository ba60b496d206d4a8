package io.tallystream.benchmarks.flink;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.CopyableValue;

/** What a user did on a day, counted from 1970. */
public final class UserAmounts implements CopyableValue<UserAmounts> {
    private static final long serialVersionUID = 1L;
    private static final int NUMBERS_BYTES = 3 * Integer.BYTES;

    private Name user = new Name();
    private int day;
    private int calls;
    private int clicks;

    /** Empty, to be read into. */
    public UserAmounts() {}

    UserAmounts(Name user, int day, int calls, int clicks) {
        this.user = user;
        this.day = day;
        this.calls = calls;
        this.clicks = clicks;
    }

    Name user() {
        return user;
    }

    int day() {
        return day;
    }

    int calls() {
        return calls;
    }

    int clicks() {
        return clicks;
    }

    @Override
    public int getBinaryLength() {
        return -1;
    }

    @Override
    public void copyTo(UserAmounts target) {
        target.user = user;
        target.day = day;
        target.calls = calls;
        target.clicks = clicks;
    }

    @Override
    public UserAmounts copy() {
        return new UserAmounts(user, day, calls, clicks);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        user.copy(source, target);
        target.write(source, NUMBERS_BYTES);
    }

    @Override
    public void write(DataOutputView out) throws IOException {
        user.write(out);
        out.writeInt(day);
        out.writeInt(calls);
        out.writeInt(clicks);
    }

    @Override
    public void read(DataInputView in) throws IOException {
        user = new Name();
        user.read(in);
        day = in.readInt();
        calls = in.readInt();
        clicks = in.readInt();
    }
}
