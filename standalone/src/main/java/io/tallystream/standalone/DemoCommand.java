package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.ServiceProcess;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Like start, and sends believable traffic to itself: API calls, clicks, page views, dwell times.",
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {Help.STOPPED, Help.BROKE, Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {"  tallystream demo", "  QUERY_PORT=9081 tallystream demo --rate 1000"})
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private RateOption rate;

    @Override
    public Integer call() {
        return ServiceProcess.run(
                System.getenv(), Standalone.factory(OptionalInt.of(rate.eventsPerSecond()), System.out));
    }
}
