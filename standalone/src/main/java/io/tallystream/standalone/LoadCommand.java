package io.tallystream.standalone;

import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.lifecycle.ServiceProcess;
import io.tallystream.standalone.demo.DemoTraffic;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Sends believable traffic to a gateway until it is stopped with Ctrl-C or SIGTERM.",
            "The key is the first of INGEST_KEYS. What is not acknowledged is sent again with the same ids.",
            "Tells each ten seconds how much was acknowledged, and when a gateway begins or ceases to take events."
        },
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {Help.STOPPED, Help.BROKE, Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {
            "  INGEST_KEYS=shop=tsi_... tallystream load",
            "  INGEST_KEYS=shop=tsi_... tallystream load --to http://gateway:8080"
        })
final class LoadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "<url>",
            defaultValue = "http://127.0.0.1:8080",
            description = "The gateway. Default: ${DEFAULT-VALUE}")
    private URI gateway;

    @Mixin
    private RateOption rate;

    @Override
    public Integer call() {
        int eventsPerSecond = rate.eventsPerSecond();
        if (gateway.getHost() == null || !String.valueOf(gateway.getScheme()).matches("https?")) {
            throw new ParameterException(spec.commandLine(), "--to must be a URL such as http://127.0.0.1:8080");
        }
        // Nobody asks this process how it is, and the services on this machine may have the port.
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put(Settings.MANAGEMENT_PORT.name(), "0");
        return ServiceProcess.run(variables, (environment, context) -> {
            DemoTraffic traffic = new DemoTraffic(gateway, key(environment), eventsPerSecond, () -> true);
            return (sameEnvironment, sameContext, stack, managementPort) -> {
                stack.start(new LoadProgress(traffic));
                stack.start(traffic);
            };
        });
    }

    private static String key(Environment environment) {
        environment.require(Settings.INGEST_KEYS);
        return DemoTraffic.firstKey(environment);
    }
}
