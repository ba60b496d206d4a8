package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.ServiceProcess;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Runs everything in this process until it is stopped with Ctrl-C or SIGTERM.")
final class StartCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return ServiceProcess.run(System.getenv(), Standalone.factory(OptionalInt.empty(), System.out));
    }
}
