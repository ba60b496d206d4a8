package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What every command says to somebody who needs help. */
class HelpTest {
    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();
    private final CommandLine command = TallystreamCommand.commandLine()
            .setOut(new PrintWriter(output))
            .setErr(new PrintWriter(errors))
            .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));

    static Stream<String> commands() {
        return commandsOf(TallystreamCommand.commandLine());
    }

    private static Stream<String> commandsOf(CommandLine command) {
        return Stream.concat(
                Stream.of(command.getCommandSpec().qualifiedName()),
                command.getSubcommands().values().stream().flatMap(HelpTest::commandsOf));
    }

    private int run(String line) {
        return command.execute(Stream.of(line.split(" ", -1)).skip(1).toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldHaveExamplesAndExitCodesInEachHelp(String name) {
        assertThat(run(name + " --help")).isZero();

        assertThat(output.toString().lines().toList())
                .contains("Examples:", "Exit codes:")
                .anyMatch(line -> line.matches("  (\\S+=\\S+ |source <\\()*" + name + "\\b.*"))
                .anyMatch(line -> line.startsWith("  0   "))
                .anyMatch(line -> line.startsWith("  2   "))
                // An example that is broken over two lines cannot be copied.
                .allMatch(line -> line.length() <= 80)
                .containsAll(List.of(
                        commandNamed(name).getCommandSpec().usageMessage().footer()));
        assertThat(errors.toString()).isEmpty();
    }

    private CommandLine commandNamed(String name) {
        CommandLine found = command;
        for (String part : name.split(" ", -1)) {
            found = found.getSubcommands().getOrDefault(part, found);
        }
        return found;
    }

    /** Without picocli's own, which has no such option, and helps whoever makes a mistake. */
    static Stream<String> ownCommands() {
        return commands().filter(name -> !name.endsWith(" help"));
    }

    @ParameterizedTest
    @MethodSource("ownCommands")
    void shouldTellTheVersion(String name) {
        assertThat(run(name + " --version")).isZero();

        assertThat(output.toString()).startsWith("tallystream ").contains("Java");
    }

    @ParameterizedTest
    @MethodSource("ownCommands")
    void shouldSayWhatToDoAfterAMistake(String name) {
        assertThat(run(name + " --nonsense")).isEqualTo(2);

        assertThat(errors.toString()).startsWith("tallystream: ").contains("Try '" + name + " --help'");
        // What is wrong, perhaps what was meant, and how to go on.
        assertThat(errors.toString().lines()).hasSizeBetween(2, 3);
        assertThat(output.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "tallystream demo --nonsense, Unknown option: '--nonsense', Try 'tallystream demo --help'",
                "tallystream demo --rate 0, --rate must be from 1 to 10000, Try 'tallystream demo --help'",
                "tallystream load --rate x, '--rate', Try 'tallystream load --help'",
                "tallystream load --to gateway:8080, --to must be a URL such as, Try 'tallystream load --help'",
                "tallystream prove --only flood, there is no fault flood, Try 'tallystream prove --help'",
                "tallystream keys new --name a, Missing required option: '--scope=<scope>', Try 'tallystream keys new --help'",
                "tallystream lod, Unmatched argument at index 0: 'lod', Try 'tallystream --help'",
            })
    void shouldNameTheMistake(String line, String mistake, String next) {
        assertThat(run(line)).isEqualTo(2);

        assertThat(errors.toString()).contains(mistake, next).doesNotContain("\u001b");
    }

    @ParameterizedTest
    @CsvSource({"tallystream, demo", "tallystream keys, revoke"})
    void shouldListWhatThereIsWhereACommandIsMissing(String line, String one) {
        assertThat(run(line)).isEqualTo(2);

        assertThat(errors.toString()).contains("Missing required subcommand", one, "Examples:");
    }

    @Test
    void shouldOfferWhatWasMeant() {
        assertThat(run("tallystream reconcil")).isEqualTo(2);

        assertThat(errors.toString()).containsPattern("Did you mean: .*reconcile\\b");
    }
}
