package io.tallystream.examples;

/** Has calls counted. Thread-safe. Spring closes it with the application, when it is a bean. */
public interface CallReporter extends AutoCloseable {
    /** Takes a call, and is soon back: what cannot be reported is dropped, logged and counted. Does not throw. */
    void report(Call call);

    /** How many calls were dropped. They may have been counted or not. */
    long dropped();

    /** Delivers what was taken, for some seconds at most, and drops the rest. */
    @Override
    void close();
}
