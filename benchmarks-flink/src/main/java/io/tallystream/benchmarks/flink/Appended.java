package io.tallystream.benchmarks.flink;

/** A record of an event topic. One object for all, filled anew for each: the next stage is called with it at once. */
final class Appended {
    private byte[] value;
    private long millis;

    Appended with(byte[] newValue, long newMillis) {
        value = newValue;
        millis = newMillis;
        return this;
    }

    byte[] value() {
        return value;
    }

    /** When it was appended, from 1970. */
    long millis() {
        return millis;
    }
}
