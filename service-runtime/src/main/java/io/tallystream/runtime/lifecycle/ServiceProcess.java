package io.tallystream.runtime.lifecycle;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.runtime.management.ManagementServer;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that runs services until it is asked to stop or one of them fails: reads the configuration, opens the management
 * port, starts, waits, and closes in reverse. A signal (SIGINT, SIGTERM) is answered by the whole of that, and the process ends
 * only then.
 */
public final class ServiceProcess {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServiceProcess.class);
    // Longer than all services together may take to close; a second signal does not wait for it.
    private static final long STOP_LIMIT_SECONDS = 60;

    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile int exitCode = ExitCode.OK;

    /** Starts the services of a program. */
    @FunctionalInterface
    public interface Program {
        /**
         * Starts them, or throws as {@link Service#start} does.
         *
         * @param stack on which to start them
         * @param managementPort where their health can be asked
         */
        void start(Environment environment, ServiceContext context, ServiceStack stack, int managementPort)
                throws Exception;
    }

    /** Makes a program of one service. */
    @FunctionalInterface
    public interface ServiceFactory {
        /** The service that the environment describes, not started. */
        Service create(Environment environment, ServiceContext context);
    }

    private ServiceProcess() {}

    /** Runs one service as this process; never returns. */
    public static void main(ServiceFactory factory) {
        System.exit(run((environment, context, stack, managementPort) ->
                stack.start(environment.read(env -> factory.create(env, context)))));
    }

    /**
     * Runs a program as this process, with the process's environment.
     *
     * @return the exit code, for {@link System#exit}; not reached when a signal ends the process
     */
    public static int run(Program program) {
        return run(System.getenv(), program);
    }

    /** Like {@link #run(Program)}, with another environment. */
    public static int run(Map<String, String> variables, Program program) {
        ServiceProcess process = new ServiceProcess();
        Thread hook = new Thread(process::stopOnSignal, "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        process.runUntilEnd(new Environment(variables), program);
        if (removed(hook)) {
            LogManager.shutdown();
        } else {
            process.stopped.countDown();
            awaitHalt();
        }
        return process.exitCode;
    }

    private void runUntilEnd(Environment environment, Program program) {
        try (ServiceStack stack = new ServiceStack()) {
            try {
                startAndWait(environment, program, stack);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                exitCode = tell(e);
            }
        }
    }

    private void startAndWait(Environment environment, Program program, ServiceStack stack) throws Exception {
        record Management(String address, int port) {}
        Management settings = environment.read(env -> {
            env.get(Settings.LOG_FORMAT);
            env.get(Settings.LOG_LEVEL);
            return new Management(env.get(Settings.BIND_ADDRESS), env.get(Settings.MANAGEMENT_PORT));
        });
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HealthChecks health = new HealthChecks();
        bindProcessMeters(meters);
        AtomicBoolean complete = new AtomicBoolean();
        health.add("start", () -> complete.get() ? Health.up("complete") : Health.down("under way"));
        ServiceContext context = new ServiceContext(meters, health, end::completeExceptionally);
        try (ManagementServer management = new ManagementServer(
                new InetSocketAddress(settings.address(), settings.port()), meters, health, stopping::get)) {
            try {
                program.start(environment, context, stack, management.port());
                complete.set(true);
                end.get();
            } finally {
                stopping.set(true);
                stack.close();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @SuppressWarnings("resource") // The collector listens for as long as the process lives.
    private static void bindProcessMeters(PrometheusMeterRegistry meters) {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmGcMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
    }

    private static int tell(Throwable failure) {
        if (failure instanceof StartupException mistake) {
            // Not a log line: it is the answer to a command.
            mistake.getMessage().lines().forEach(line -> System.err.println("tallystream: " + line));
            return ExitCode.CONFIGURATION;
        }
        LOGGER.error("a service failed, stopping", failure);
        return ExitCode.FAILURE;
    }

    private void stopOnSignal() {
        stopping.set(true);
        end.complete(null);
        try {
            if (!stopped.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.error("not stopped after {} s, giving up", STOP_LIMIT_SECONDS);
                exitCode = ExitCode.FAILURE;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LogManager.shutdown();
        // Without this the JVM would report the signal (130 or 143) although it was obeyed.
        Runtime.getRuntime().halt(exitCode);
    }

    private static boolean removed(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is on its way out already: the hook runs, and ends the process.
            return false;
        }
    }

    private static void awaitHalt() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
