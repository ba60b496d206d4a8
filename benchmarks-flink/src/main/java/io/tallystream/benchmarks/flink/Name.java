package io.tallystream.benchmarks.flink;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.CopyableValue;

/** A text as bytes: what is keyed by. Not to be changed. */
public final class Name implements CopyableValue<Name>, Comparable<Name> {
    private static final long serialVersionUID = 1L;

    private byte[] bytes;
    private int hash;

    /** Empty, to be read into. */
    public Name() {
        this(new byte[0]);
    }

    Name(byte[] bytes) {
        set(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    private void set(byte[] newBytes) {
        bytes = newBytes;
        hash = Arrays.hashCode(newBytes);
    }

    @Override
    public int getBinaryLength() {
        return -1;
    }

    @Override
    public void copyTo(Name target) {
        target.bytes = bytes;
        target.hash = hash;
    }

    @Override
    public Name copy() {
        return new Name(bytes);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        int length = source.readShort();
        target.writeShort(length);
        target.write(source, length);
    }

    @Override
    public void write(DataOutputView out) throws IOException {
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    @Override
    public void read(DataInputView in) throws IOException {
        byte[] read = new byte[in.readShort()];
        in.readFully(read);
        set(read);
    }

    @Override
    public int compareTo(Name other) {
        return Arrays.compare(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Name name && hash == name.hash && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
