package io.tallystream.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as somebody has it at a terminal, or in a script. */
class TerminalIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String ESCAPE = "\u001b[";

    @TempDir
    private Path folder;

    @Test
    void shouldUseNoColoursWhereNobodyWantsThem() throws Exception {
        assertThat(help(Map.of("CLICOLOR_FORCE", "1")))
                .as("as if at a terminal")
                .contains(ESCAPE);
        assertThat(help(Map.of())).as("not at a terminal").doesNotContain(ESCAPE);
        assertThat(help(Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1"))).doesNotContain(ESCAPE);
    }

    private static String help(Map<String, String> variables) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(ChildJvm.command(List.of(), TallystreamCommand.class.getName(), "--help"));
        builder.environment().keySet().removeAll(List.of("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"));
        builder.environment().putAll(variables);
        return output(builder);
    }

    @Test
    void shouldCompleteCommandsAndOptionsInBash() throws Exception {
        Path script = folder.resolve("completion");
        try (Tallystream program = Tallystream.run(folder.resolve("data"), Map.of(), "completion")) {
            assertThat(program.exitCode(LIMIT)).as(program.errors()).isZero();
            assertThat(program.errors()).isEmpty();
            Files.writeString(script, program.output());
        }

        assertThat(completed(script, "tallystream", "")).contains("start", "demo", "keys", "completion");
        assertThat(completed(script, "./tallystream", "re")).containsExactlyInAnyOrder("rebuild", "reconcile");
        assertThat(completed(script, "/opt/tallystream/tallystream", "keys", ""))
                .contains("new", "list", "revoke");
        assertThat(completed(script, "tallystream", "load", "--r")).containsExactly("--rate");
        assertThat(completed(script, "tallystream", "keys", "new", "--scope", ""))
                .containsExactlyInAnyOrder("ingest", "collect", "read", "admin");
        assertThat(completed(script, "tallystream", "prove", "--only", "redis-l"))
                .containsExactly("redis-lost");
        // How it says to zsh that it is for bash.
        assertThat(script).content(UTF_8).contains("bashcompinit");
    }

    /** What bash offers for the last of these words. */
    private static List<String> completed(Path script, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", """
                source "$1" && shift
                function_of=$(complete -p "${1##*/}" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
                # Outside of a completion compopt says that it is.
                "$function_of" "$1" "${@: -1}" "${@: -2:1}" 2> /dev/null
                printf '%s\\n' "${COMPREPLY[@]}"
                """, "bash", script.toString()));
        command.addAll(List.of(words));
        return output(new ProcessBuilder(command))
                .lines()
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void shouldTellOfALoadThatNobodyTakes() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Map<String, String> variables = Map.of("INGEST_KEYS", "shop=0123456789abcdef");
        try (Tallystream program =
                Tallystream.run(folder.resolve("data"), variables, "load", "--to", "http://127.0.0.1:" + port)) {
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(program.errors())
                            .contains("http://127.0.0.1:" + port + "/v1/events takes no events", "INGEST_KEYS"));
            program.interrupt();

            assertThat(program.exitCode(LIMIT)).isZero();
            assertThat(program.errors())
                    .contains("0 events acknowledged")
                    .containsOnlyOnce("takes no events")
                    .doesNotContain("0123456789abcdef");
        }
    }
}
