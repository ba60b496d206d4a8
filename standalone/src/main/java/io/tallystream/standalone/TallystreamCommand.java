package io.tallystream.standalone;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The {@code tallystream} command. */
@Command(
        name = "tallystream",
        mixinStandardHelpOptions = true,
        versionProvider = TallystreamCommand.Version.class,
        description = "Exact, live statistics of API calls and user clicks.",
        subcommands = {
            StartCommand.class,
            DemoCommand.class,
            LoadCommand.class,
            RebuildCommand.class,
            KeysCommand.class,
            ReconcileCommand.class,
            ProveCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        },
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {Help.STOPPED, Help.BROKE, Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {
            "  tallystream demo",
            "  TIME_ZONE=Europe/Berlin DATA_DIR=/var/lib/tallystream tallystream start",
            "  KAFKA_BOOTSTRAP_SERVERS=kafka:9092 tallystream start",
            "  tallystream keys new --name shop --scope ingest --rate 500",
            "",
            "Variables of the environment configure it, see docs/configuration.md."
        })
public final class TallystreamCommand {
    private TallystreamCommand() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command with all below it. */
    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new TallystreamCommand());
        Help.complete(command, new Version());
        // Not ours, and without either.
        command.getSubcommands()
                .get("help")
                .getCommandSpec()
                .usageMessage()
                .exitCodeListHeading(Help.EXIT_CODES)
                .exitCodeList(UsageMessageSpec.keyValuesMap(Help.DONE, "2:There is no such command."))
                .footerHeading(Help.EXAMPLES)
                .footer("  tallystream help keys");
        return command;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(
                            TallystreamCommand.class.getPackage().getImplementationVersion())
                    .orElse("(not from a jar)");
            return new String[] {"tallystream " + version + ", Java " + Runtime.version()};
        }
    }
}
