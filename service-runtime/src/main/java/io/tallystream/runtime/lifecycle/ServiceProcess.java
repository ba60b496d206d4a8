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
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that runs services until it is asked to stop or one of them fails: reads the configuration, opens the management
 * port, starts, waits, and closes in reverse. A signal (SIGINT, SIGTERM) is answered by the whole of that, and the process ends
 * only then; further signals change nothing. A signal during the start lets the service that is starting finish, and no other
 * begin.
 */
public final class ServiceProcess {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServiceProcess.class);
    // Longer than all services together may take to close.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final ServiceStack stack = new ServiceStack();
    // The first reason to end is the one that is told and that chooses the exit code.
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Duration stopLimit;
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

    /** Makes a program, so that its mistakes in the configuration are told together with those of the process. */
    @FunctionalInterface
    public interface ProgramFactory {
        /** The program that the environment describes; opens and starts nothing. */
        Program create(Environment environment, ServiceContext context);
    }

    /** Makes a program of one service. */
    @FunctionalInterface
    public interface ServiceFactory {
        /** The service that the environment describes, not started. */
        Service create(Environment environment, ServiceContext context);
    }

    private record Plan(InetSocketAddress managementAddress, Program program) {}

    private ServiceProcess(Duration stopLimit) {
        this.stopLimit = stopLimit;
    }

    /** Runs one service as this process; never returns. */
    public static void main(ServiceFactory factory) {
        System.exit(run(System.getenv(), (environment, context) -> {
            Service service = factory.create(environment, context);
            return (sameEnvironment, sameContext, stack, managementPort) -> stack.start(service);
        }));
    }

    /**
     * Runs a program as this process.
     *
     * @param variables its environment; logging keeps to the process's own
     * @return the exit code, for {@link System#exit}; not reached when a signal ends the process
     */
    public static int run(Map<String, String> variables, ProgramFactory factory) {
        return run(variables, factory, STOP_LIMIT);
    }

    static int run(Map<String, String> variables, ProgramFactory factory, Duration stopLimit) {
        ServiceProcess process = new ServiceProcess(stopLimit);
        Thread hook = new Thread(process::stopOnSignal, "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            process.runUntilEnd(new Environment(variables), factory);
        } catch (Throwable e) { // An Error too: nobody else would tell it, close the rest and choose the exit code.
            process.fail(e);
        } finally {
            process.stopped.countDown();
        }
        if (!removed(hook)) {
            awaitHalt();
        }
        LogManager.shutdown();
        return process.exitCode;
    }

    private void runUntilEnd(Environment environment, ProgramFactory factory) throws InterruptedException {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HealthChecks health = new HealthChecks();
        AtomicBoolean complete = new AtomicBoolean();
        health.add("start", () -> complete.get() ? Health.up("complete") : Health.down("under way"));
        bindProcessMeters(meters);
        ServiceContext context = new ServiceContext(meters, health, this::fail);
        Plan plan = environment.read(env -> new Plan(managementAddress(env), factory.create(env, context)));
        // Closed in reverse: health can be asked until all services are closed.
        try (ManagementServer management = new ManagementServer(plan.managementAddress(), meters, health, ending::get);
                stack) {
            try {
                plan.program().start(environment, context, stack, management.port());
                complete.set(true);
            } catch (Throwable e) {
                failStart(e);
            }
            end.await();
        }
    }

    private static InetSocketAddress managementAddress(Environment environment) {
        // Logging has taken these already; here is where mistakes in them are told.
        environment.get(Settings.LOG_FORMAT);
        environment.get(Settings.LOG_LEVEL);
        return new InetSocketAddress(environment.get(Settings.BIND_ADDRESS), environment.get(Settings.MANAGEMENT_PORT));
    }

    @SuppressWarnings("resource") // The collector listens for as long as the process lives.
    private static void bindProcessMeters(PrometheusMeterRegistry meters) {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmGcMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
    }

    private void failStart(Throwable failure) {
        if (ending.get()) {
            // That is what the start was meant to do.
            LOGGER.info("start abandoned: {}", failure.toString());
        } else {
            fail(failure);
        }
    }

    private void fail(Throwable failure) {
        if (beginEnd()) {
            // Before anything is closed, so that it is told even if that takes long.
            exitCode = tell(failure);
            end.countDown();
        } else {
            LOGGER.warn("failed while stopping", failure);
        }
    }

    private void stopOnSignal() {
        if (beginEnd()) {
            LOGGER.info("asked to stop");
            end.countDown();
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        halt();
    }

    private boolean beginEnd() {
        if (!ending.compareAndSet(false, true)) {
            return false;
        }
        stack.refuseStarts();
        Thread limit = new Thread(this::limitStop, "stop-limit");
        limit.setDaemon(true);
        limit.start();
        return true;
    }

    private void limitStop() {
        try {
            if (!stopped.await(stopLimit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.error("not stopped after {} s, giving up", stopLimit.toSeconds());
                exitCode = ExitCode.FAILURE;
                halt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int tell(Throwable failure) {
        if (failure instanceof StartupException mistake) {
            // Not a log line: it is the answer to a command.
            String.valueOf(mistake.getMessage()).lines().forEach(line -> System.err.println("tallystream: " + line));
            LOGGER.debug("cannot start", mistake);
            return ExitCode.CONFIGURATION;
        }
        LOGGER.error("a service failed, stopping", failure);
        return ExitCode.FAILURE;
    }

    private void halt() {
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
