package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What the help of all commands has in common, and what they say to somebody who needs it. */
final class Help {
    static final String EXAMPLES = "%nExamples:%n";
    static final String EXIT_CODES = "%nExit codes:%n";
    static final String STOPPED = ExitCode.OK + ":Stopped as asked.";
    static final String DONE = ExitCode.OK + ":Done.";
    static final String BROKE = ExitCode.FAILURE + ":Something broke.";
    static final String MISTAKE = ExitCode.CONFIGURATION + ":Wrong usage or configuration.";

    private Help() {}

    /** Makes a command and all below it tell the same version, and answer mistakes in its arguments with what to do next. */
    static void complete(CommandLine command, IVersionProvider version) {
        command.getCommandSpec().versionProvider(version);
        command.setParameterExceptionHandler((mistake, arguments) -> tell(mistake));
        command.getSubcommands().values().forEach(below -> complete(below, version));
    }

    private static int tell(ParameterException mistake) {
        CommandLine command = mistake.getCommandLine();
        var err = command.getErr();
        err.println(command.getColorScheme().errorText("tallystream: " + mistake.getMessage()));
        UnmatchedArgumentException.printSuggestions(mistake, err);
        if (mistake instanceof UnmatchedArgumentException
                || command.getSubcommands().isEmpty()) {
            err.printf("Try '%s --help'.%n", command.getCommandSpec().qualifiedName());
        } else {
            command.usage(err);
        }
        err.flush();
        return ExitCode.CONFIGURATION;
    }
}
