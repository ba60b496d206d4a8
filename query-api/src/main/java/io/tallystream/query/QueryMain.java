package io.tallystream.query;

import io.tallystream.runtime.lifecycle.ServiceProcess;

/** The query API as a process. */
public final class QueryMain {
    private QueryMain() {}

    /** Takes its configuration from the environment. */
    public static void main(String[] args) {
        ServiceProcess.main((environment, context) -> new QueryApplication(QueryConfig.from(environment), context));
    }
}
