package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.ServiceProcess;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Runs everything in this process until it is stopped with Ctrl-C or SIGTERM.",
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {Help.STOPPED, Help.BROKE, Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {
            "  tallystream start",
            "  TIME_ZONE=Europe/Berlin DATA_DIR=/var/lib/tallystream tallystream start",
            "  KAFKA_BOOTSTRAP_SERVERS=k1:9092 REDIS_URI=redis://r1 tallystream start"
        })
final class StartCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return ServiceProcess.run(System.getenv(), Standalone.factory(OptionalInt.empty(), System.out));
    }
}
