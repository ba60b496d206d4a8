package io.tallystream.benchmarks.flink;

import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongMaps;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.CopyableValue;

/** Amounts of one group, by cell. */
public final class GroupAmounts implements CopyableValue<GroupAmounts> {
    private static final long serialVersionUID = 1L;
    private static final int ENTRY_BYTES = 2 * Long.BYTES;

    private Name group = new Name();
    private long[] cells = {};
    private long[] sums = {};

    /** Empty, to be read into. */
    public GroupAmounts() {}

    GroupAmounts(Name group, Long2LongOpenHashMap amounts) {
        this.group = group;
        cells = new long[amounts.size()];
        sums = new long[cells.length];
        int i = 0;
        for (Long2LongMap.Entry entry : Long2LongMaps.fastIterable(amounts)) {
            cells[i] = entry.getLongKey();
            sums[i++] = entry.getLongValue();
        }
    }

    Name group() {
        return group;
    }

    /** Adds all to what is there. */
    void addTo(Long2LongOpenHashMap amounts) {
        for (int i = 0; i < cells.length; i++) {
            amounts.addTo(cells[i], sums[i]);
        }
    }

    @Override
    public int getBinaryLength() {
        return -1;
    }

    @Override
    public void copyTo(GroupAmounts target) {
        target.group = group;
        target.cells = cells;
        target.sums = sums;
    }

    @Override
    public GroupAmounts copy() {
        GroupAmounts copy = new GroupAmounts();
        copyTo(copy);
        return copy;
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        group.copy(source, target);
        int length = source.readInt();
        target.writeInt(length);
        target.write(source, length * ENTRY_BYTES);
    }

    @Override
    public void write(DataOutputView out) throws IOException {
        group.write(out);
        out.writeInt(cells.length);
        for (int i = 0; i < cells.length; i++) {
            out.writeLong(cells[i]);
            out.writeLong(sums[i]);
        }
    }

    @Override
    public void read(DataInputView in) throws IOException {
        group = new Name();
        group.read(in);
        cells = new long[in.readInt()];
        sums = new long[cells.length];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = in.readLong();
            sums[i] = in.readLong();
        }
    }
}
