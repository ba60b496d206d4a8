package io.tallystream.runtime.lifecycle;

/**
 * A part of the program with a beginning and an end. Single use: started once, closed once, in this order, by one thread; a
 * service whose start failed is closed too.
 */
public interface Service extends AutoCloseable {
    /** A word or two for log lines and thread names. */
    String name();

    /**
     * Returns when it does its work, or can do so as soon as the servers it needs answer.
     *
     * @throws StartupException if the operator has to mend something first
     * @throws Exception if it cannot start for another reason
     */
    void start() throws Exception;

    /** Finishes what it has begun, lets go of all it holds and returns when that is done. Bounded in time. */
    @Override
    void close();
}
