package io.tallystream.benchmarks;

/**
 * Something that is measured beside what it is to be compared with. It starts what it needs, warms up, and lets contenders
 * take turns.
 */
@FunctionalInterface
public interface Benchmark {
    /**
     * Runs it. What it measures goes to the session's report.
     *
     * @throws MissingToolException if something has to be installed first
     */
    void run(Session session) throws Exception;
}
