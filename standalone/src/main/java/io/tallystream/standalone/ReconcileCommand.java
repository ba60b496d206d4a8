package io.tallystream.standalone;

import io.lettuce.core.RedisException;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.query.reconciliation.Balance;
import io.tallystream.query.reconciliation.Reconciliation;
import io.tallystream.query.reconciliation.Verdict;
import io.tallystream.query.span.Spans;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ExitCode;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.sink.SinkConfig;
import io.tallystream.standalone.reconcile.EventsGoneException;
import io.tallystream.standalone.reconcile.RawRecount;
import io.tallystream.standalone.reconcile.ReconciliationText;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "reconcile",
        mixinStandardHelpOptions = true,
        description = {
            "Tells whether the counts of a day in Redis agree with each other and, with --recount, with the raw events.",
            "Changes nothing. Without KAFKA_BOOTSTRAP_SERVERS or REDIS_URI it uses the embedded servers of a Tallystream"
                    + " that runs on this machine with the same DATA_DIR."
        },
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {"0:The books balance.", "1:They do not, or something broke.", Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {"  tallystream reconcile", "  tallystream reconcile --date 2026-11-20 --recount"})
final class ReconcileCommand implements Callable<Integer> {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
    // Nobody waits at a page, and a JVM that has only just started is slow.
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(20);
    // Counts are read as they are stored, one share for each partition.
    private static final int ANY_PARTITIONS = 1;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--date",
            paramLabel = "<date>",
            defaultValue = "yesterday",
            description = "The day, such as 2026-11-20, today or yesterday, in TIME_ZONE. Default: ${DEFAULT-VALUE}")
    private String date;

    @Option(
            names = "--recount",
            description =
                    "Also counts the raw events once more, as long as they are on their topics, and compares each count.")
    private boolean recount;

    private record Config(SinkConfig stores, ProcessorConfig processor) {
        static Config from(Environment environment) {
            return new Config(SinkConfig.from(environment), ProcessorConfig.from(environment));
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            Environment environment = new Environment(System.getenv());
            return run(
                    environment.withDefaults(RunningServers.find(environment)).read(Config::from));
        } catch (StartupException | IllegalArgumentException | EventsGoneException e) {
            String.valueOf(e.getMessage()).lines().forEach(ReconcileCommand::tell);
            return ExitCode.CONFIGURATION;
        } catch (RedisException | KafkaException e) {
            tell("failed: " + e.getMessage() + "; see that Kafka and Redis answer, and run it again");
            return ExitCode.FAILURE;
        }
    }

    private int run(Config config) throws InterruptedException {
        SinkConfig stores = config.stores();
        WindowCalendar calendar = new WindowCalendar(stores.zone());
        Window day = day(calendar);
        try (CountReader counts =
                new CountReader(stores.redisUri(), stores.redisKeyPrefix(), ANY_PARTITIONS, ANSWER_LIMIT)) {
            counts.start();
            awaitConnection(counts);
            Spans spans = new Spans(
                    calendar, stores.retention(), config.processor().counting().allowedLateness());
            Desk desk = new Desk(counts, spans, Clock.systemUTC());
            Balance balance = await(new Reconciliation(desk), day);
            print(ReconciliationText.of(balance, stores.zone().getId()));
            Verdict verdict = balance.verdict();
            if (recount) {
                RawRecount.Result result =
                        new RawRecount(desk, config.processor().counting(), stores.groupless()).of(day);
                print(ReconciliationText.of(result));
                verdict = verdict.compareTo(result.verdict()) > 0 ? verdict : result.verdict();
            }
            print(ReconciliationText.of(verdict));
            return verdict == Verdict.OFF ? ExitCode.FAILURE : ExitCode.OK;
        }
    }

    private Window day(WindowCalendar calendar) {
        LocalDate today = calendar.dateAt(Clock.systemUTC().instant());
        LocalDate wanted = switch (date) {
            case "today" -> today;
            case "yesterday" -> today.minusDays(1);
            default -> parse();
        };
        if (wanted.isAfter(today)) {
            throw new ParameterException(spec.commandLine(), "--date must not be in the future");
        }
        Window day = calendar.windowAt(
                Granularity.DAY, wanted.atStartOfDay(calendar.zone()).toInstant());
        if (!day.label().equals(wanted.toString())) {
            throw new ParameterException(spec.commandLine(), "--date is a day that the time zone has skipped");
        }
        return day;
    }

    private LocalDate parse() {
        try {
            return LocalDate.parse(date);
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(), "--date must be a date such as 2026-11-20, today or yesterday", e);
        }
    }

    private static void awaitConnection(CountReader counts) throws InterruptedException {
        long deadline = System.nanoTime() + CONNECT_LIMIT.toNanos();
        while (!counts.health().up()) {
            if (System.nanoTime() > deadline) {
                throw new RedisException(counts.health().detail());
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private static Balance await(Reconciliation reconciliation, Window day) throws InterruptedException {
        try {
            return reconciliation.of(day).toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException known ? known : new RedisException(e.getCause());
        } catch (TimeoutException e) {
            throw new RedisException("no answer within " + LIMIT, e);
        }
    }

    private static void print(String text) {
        System.out.print(text);
        System.out.flush();
    }

    // Not log lines: they are the answer to a command.
    private static void tell(String line) {
        System.err.println("reconcile: " + line);
    }
}
