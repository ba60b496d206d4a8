package io.tallystream.standalone;

import io.tallystream.standalone.demo.DemoTraffic;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much believable traffic a command sends. */
final class RateOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--rate",
            paramLabel = "<events>",
            defaultValue = "300",
            description = "Events per second on average, 1 to " + DemoTraffic.MAX_RATE + ". Default: ${DEFAULT-VALUE}")
    private int rate;

    /**
     * Events per second.
     *
     * @throws ParameterException if that is more than one program is meant to send, or none
     */
    int eventsPerSecond() {
        if (rate < 1 || rate > DemoTraffic.MAX_RATE) {
            throw new ParameterException(command.commandLine(), "--rate must be from 1 to " + DemoTraffic.MAX_RATE);
        }
        return rate;
    }
}
