package io.tallystream.processor.amount;

import io.tallystream.schema.count.Dimension;

/**
 * Amounts that are merged by the same owner: those of all events, or of one endpoint, product or page. Its sign and the name make
 * the key of the records in between.
 */
public enum Group {
    ALL('*', null),
    ENDPOINT('e', Dimension.ENDPOINT),
    PRODUCT('p', Dimension.PRODUCT),
    PAGE('g', Dimension.PAGE);

    private static final Group[] VALUES = values();

    private final byte sign;
    private final Dimension names;

    Group(char sign, Dimension names) {
        this.sign = (byte) sign;
        this.names = names;
    }

    /** Whose amounts make the members of that dimension. */
    static Group of(Dimension dimension) {
        Dimension names = dimension.names().orElse(null);
        for (Group group : VALUES) {
            if (group.names == names) {
                return group;
            }
        }
        throw new IllegalArgumentException("no group has amounts by " + dimension.wireName());
    }

    /** The key of records of that name. */
    public byte[] key(byte[] name) {
        byte[] key = new byte[name.length + 1];
        key[0] = sign;
        System.arraycopy(name, 0, key, 1, name.length);
        return key;
    }

    /** Whose key that is. */
    public static Group ofKey(byte[] key) {
        for (Group group : VALUES) {
            if (group.sign == key[0]) {
                return group;
            }
        }
        throw new IllegalArgumentException("no group has the sign " + key[0]);
    }

    /** The name in a key, empty for all events. */
    public static byte[] nameOfKey(byte[] key) {
        byte[] name = new byte[key.length - 1];
        System.arraycopy(key, 1, name, 0, name.length);
        return name;
    }
}
