package io.tallystream.runtime.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.ThreadFactory;

/** Makes threads that do not keep the process from ending, all of one name. */
public final class DaemonThreads implements ThreadFactory {
    private final String name;

    /** @param name as thread dumps and log lines have it */
    public DaemonThreads(String name) {
        this.name = requireNonNull(name, "name");
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
