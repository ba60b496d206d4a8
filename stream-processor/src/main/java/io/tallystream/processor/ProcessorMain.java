package io.tallystream.processor;

import io.tallystream.runtime.lifecycle.ServiceProcess;

/** The stream processor as a process. */
public final class ProcessorMain {
    private ProcessorMain() {}

    /** Takes its configuration from the environment. */
    public static void main(String[] args) {
        ServiceProcess.main(
                (environment, context) -> new ProcessorApplication(ProcessorConfig.from(environment), context));
    }
}
