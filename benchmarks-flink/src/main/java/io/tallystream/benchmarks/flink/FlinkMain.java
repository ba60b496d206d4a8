package io.tallystream.benchmarks.flink;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a job in a cluster within this JVM: prints {@code running} when it is, and ends with its input, so that it does not
 * outlive whoever started it. A job that fails ends it too, with exit code 1.
 */
public final class FlinkMain {
    /** What is printed when the job is running. */
    public static final String RUNNING = "running";

    private static final Logger LOGGER = LoggerFactory.getLogger(FlinkMain.class);
    private static final long LOOK_MS = 20;

    private FlinkMain() {}

    /**
     * Runs it.
     *
     * @param arguments {@code name=value}: servers, group, interval (ms), threads, sql, users, state, folder, zone,
     *     lateness, skew
     */
    public static void main(String[] arguments) throws Exception {
        // Other threads would keep a process alive that does nothing.
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            LOGGER.error("It failed", failure);
            Runtime.getRuntime().halt(1);
        });
        JobSettings settings = JobSettings.parse(arguments);
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createLocalEnvironment(CountJob.configuration(settings));
        JobClient job = settings.sql() ? SqlJob.start(environment, settings) : CountJob.start(environment, settings);
        Thread obedience = new Thread(FlinkMain::obey, "parent");
        obedience.setDaemon(true);
        obedience.start();
        CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
        while (!end.isDone() && job.getJobStatus().get() != JobStatus.RUNNING) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        System.out.println(RUNNING);
        try {
            end.get();
        } catch (ExecutionException e) {
            LOGGER.error("The job ended", e);
        }
        Runtime.getRuntime().halt(1);
    }

    private static void obey() {
        try {
            while (System.in.read() >= 0) {
                // There is nothing to be told but the end.
            }
        } catch (IOException e) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(0);
    }
}
