package io.tallystream.runtime.lifecycle;

import io.tallystream.runtime.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program that {@link ServiceProcessIT} runs in processes of their own. It tells what happens on the standard output, a line
 * each, and where a scenario waits, it waits for a line on the standard input.
 */
final class ChildProgram {
    private static final Logger LOGGER = LoggerFactory.getLogger(ChildProgram.class);
    private static final BufferedReader INPUT =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(300);

    /** What happens to the services base, middle and top. */
    enum Scenario {
        SERVES,
        CLOSES_SLOWLY,
        NEVER_CLOSES,
        FAILS_AND_NEVER_CLOSES,
        STARTS_SLOWLY,
        STARTS_SLOWLY_AND_FAILS,
        DOES_NOT_START,
        CANNOT_START,
        LACKS_A_CLASS,
        IS_INTERRUPTED,
        FAILS,
        FAILS_BY_MISTAKE,
        LOGS
    }

    private ChildProgram() {}

    /** Runs the scenario of that name, or {@code main} with one service. */
    public static void main(String[] arguments) {
        if (arguments[0].equals("main")) {
            ServiceProcess.main((environment, context) -> {
                environment.get(Settings.PARTITIONS);
                return new TellingService("only", () -> {}, () -> {});
            });
        }
        Scenario scenario = Scenario.valueOf(arguments[0]);
        boolean impatient = scenario == Scenario.NEVER_CLOSES || scenario == Scenario.FAILS_AND_NEVER_CLOSES;
        System.exit(ServiceProcess.run(
                System.getenv(),
                (environment, context) -> {
                    environment.get(Settings.PARTITIONS);
                    return (sameEnvironment, sameContext, stack, managementPort) -> {
                        tell("management port " + managementPort);
                        stack.start(new TellingService("base", () -> {}, () -> {}));
                        stack.start(
                                new TellingService("middle", () -> startMiddle(scenario), () -> closeMiddle(scenario)));
                        stack.start(new TellingService("top", () -> {}, () -> {}));
                        afterStart(scenario, context);
                    };
                },
                impatient ? SHORT : LONG));
    }

    private static void startMiddle(Scenario scenario) {
        switch (scenario) {
            case STARTS_SLOWLY -> awaitLine();
            case STARTS_SLOWLY_AND_FAILS -> {
                awaitLine();
                throw new IllegalStateException("did not start");
            }
            case DOES_NOT_START -> throw new IllegalStateException("did not start");
            default -> {}
        }
    }

    private static void closeMiddle(Scenario scenario) {
        switch (scenario) {
            case CLOSES_SLOWLY -> awaitLine();
            case NEVER_CLOSES, FAILS_AND_NEVER_CLOSES -> awaitForever();
            default -> {}
        }
    }

    private static void afterStart(Scenario scenario, ServiceContext context) throws Exception {
        switch (scenario) {
            case CANNOT_START -> throw new StartupException("set the sails first");
            case LACKS_A_CLASS -> throw new NoClassDefFoundError("no/such/Class");
            case IS_INTERRUPTED -> throw new InterruptedException("not asked for");
            case FAILS -> {
                failFromAnotherThread(context, new IllegalStateException("broke down"));
                failFromAnotherThread(context, new IllegalStateException("and again"));
            }
            case FAILS_AND_NEVER_CLOSES -> failFromAnotherThread(context, new IllegalStateException("broke down"));
            case FAILS_BY_MISTAKE -> failFromAnotherThread(context, new StartupException("wrong password"));
            case LOGS -> {
                LOGGER.debug("not worth a line");
                LOGGER.info("with \"quotes\",\na break and a \u00fcmlaut");
                LOGGER.error("with a trace", new IllegalStateException("broken"));
            }
            default -> {}
        }
    }

    private static void failFromAnotherThread(ServiceContext context, RuntimeException failure)
            throws InterruptedException {
        Thread thread = new Thread(() -> context.onFailure().accept(failure), "worker");
        thread.start();
        thread.join();
    }

    private static void awaitLine() {
        try {
            tell("got " + INPUT.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tell(String line) {
        System.out.println(line);
    }

    private record TellingService(String name, Runnable starting, Runnable closing) implements Service {
        @Override
        public void start() {
            tell(name + " starting");
            starting.run();
            tell(name + " started");
        }

        @Override
        public void close() {
            tell(name + " closing");
            closing.run();
            tell(name + " closed");
        }
    }
}
