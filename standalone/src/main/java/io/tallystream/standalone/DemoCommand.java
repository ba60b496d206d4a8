package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.ServiceProcess;
import io.tallystream.standalone.demo.DemoTraffic;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Like start, and sends believable traffic to itself: API calls, clicks, page views, dwell times.")
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rate",
            paramLabel = "<events>",
            defaultValue = "300",
            description = "Events per second on average, 1 to 10000. Default: ${DEFAULT-VALUE}")
    private int rate;

    @Override
    public Integer call() {
        if (rate < 1 || rate > DemoTraffic.MAX_RATE) {
            throw new ParameterException(spec.commandLine(), "--rate must be from 1 to " + DemoTraffic.MAX_RATE);
        }
        return ServiceProcess.run(System.getenv(), Standalone.factory(OptionalInt.of(rate), System.out));
    }
}
