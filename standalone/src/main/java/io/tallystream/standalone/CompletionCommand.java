package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.ExitCode;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a script to standard output that lets bash and zsh complete commands and options.",
            "It is for the name tallystream, with or without a path in front."
        },
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {Help.DONE, Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {"  source <(tallystream completion)", "  tallystream completion >> ~/.bash_completion"})
final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CommandSpec root = spec.root();
        spec.commandLine().getOut().print(AutoComplete.bash(root.name(), root.commandLine()));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
