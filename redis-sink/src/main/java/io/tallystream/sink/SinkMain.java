package io.tallystream.sink;

import io.tallystream.runtime.lifecycle.ServiceProcess;

/** The Redis sink as a process. */
public final class SinkMain {
    private SinkMain() {}

    /** Takes its configuration from the environment. */
    public static void main(String[] args) {
        ServiceProcess.main((environment, context) -> new SinkApplication(SinkConfig.from(environment), context));
    }
}
