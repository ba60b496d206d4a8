package io.tallystream.ingest;

import io.tallystream.runtime.lifecycle.ServiceProcess;

/** The ingest gateway as a process. */
public final class IngestMain {
    private IngestMain() {}

    /** Takes its configuration from the environment. */
    public static void main(String[] args) {
        ServiceProcess.main((environment, context) -> new IngestApplication(IngestConfig.from(environment), context));
    }
}
