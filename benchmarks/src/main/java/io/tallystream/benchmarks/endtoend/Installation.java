package io.tallystream.benchmarks.endtoend;

import io.tallystream.benchmarks.report.ProcessUsage;

/** A whole Tallystream. For one thread. */
interface Installation extends AutoCloseable {
    /** May send events. */
    String INGEST_KEY = "0123456789-ingest-key";

    /** May ask everything. */
    String ADMIN_TOKEN = "0123456789-admin-token";

    int ingestPort();

    int queryPort();

    /** What was spent since it was last asked, by all processes, their peaks in sum. */
    ProcessUsage.Spent sinceLast();

    @Override
    void close();
}
