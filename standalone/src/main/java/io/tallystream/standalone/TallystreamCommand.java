package io.tallystream.standalone;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

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
            CommandLine.HelpCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tallystream demo",
            "  TIME_ZONE=Europe/Berlin DATA_DIR=/var/lib/tallystream tallystream start",
            "  KAFKA_BOOTSTRAP_SERVERS=kafka:9092 tallystream start",
            "  tallystream keys new --name shop --scope ingest --rate 500",
            "",
            "Variables of the environment configure it, see docs/configuration.md.",
            "Exit codes: 0 stopped as asked, 1 something broke,",
            "            2 wrong usage or configuration."
        })
public final class TallystreamCommand {
    private TallystreamCommand() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new TallystreamCommand()).execute(args));
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
