package io.tallystream.standalone;

import io.lettuce.core.RedisException;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ExitCode;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.sink.SinkConfig;
import io.tallystream.sink.rebuild.Rebuild;
import io.tallystream.sink.rebuild.RebuildException;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;

@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        description = {
            "Makes all counts in Redis anew from the counts topics, beside the ones that are read, and then switches over.",
            "Services stay up meanwhile. Can be interrupted and run again at any time. Without KAFKA_BOOTSTRAP_SERVERS or"
                    + " REDIS_URI it uses the embedded servers of a Tallystream that runs on this machine with the same"
                    + " DATA_DIR."
        },
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {Help.DONE, Help.BROKE, Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {"  tallystream rebuild", "  KAFKA_BOOTSTRAP_SERVERS=k1:9092 REDIS_URI=redis://r1 tallystream rebuild"
        })
final class RebuildCommand implements Callable<Integer> {
    private static final String HARMLESS = "failed, what is read is as it was or whole: ";

    @Override
    public Integer call() throws InterruptedException {
        try {
            Environment environment = new Environment(System.getenv());
            SinkConfig config =
                    environment.withDefaults(RunningServers.find(environment)).read(SinkConfig::from);
            new Rebuild(config, Clock.systemUTC(), RebuildCommand::tell).run();
            return ExitCode.OK;
        } catch (StartupException | IllegalArgumentException e) {
            String.valueOf(e.getMessage()).lines().forEach(RebuildCommand::tell);
            return ExitCode.CONFIGURATION;
        } catch (RebuildException e) {
            tell(HARMLESS + e.getMessage());
            return ExitCode.FAILURE;
        } catch (RedisException | KafkaException e) {
            tell(HARMLESS + e.getMessage() + "; see that Kafka and Redis answer, and run it again");
            return ExitCode.FAILURE;
        }
    }

    // Not log lines: they are the answer to a command.
    private static void tell(String line) {
        System.err.println("rebuild: " + line);
    }
}
