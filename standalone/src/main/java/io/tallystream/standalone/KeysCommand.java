package io.tallystream.standalone;

import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.KeySources;
import io.tallystream.runtime.lifecycle.ExitCode;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyFileException;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.runtime.security.Secrets;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = {
            "Makes, lists and revokes keys. Running services take a change over within some seconds.",
            "Keys are in KEYS_FILE, as digests: a secret is shown when it is made, and never again."
        },
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {Help.DONE, Help.BROKE, Help.MISTAKE},
        footerHeading = Help.EXAMPLES,
        footer = {
            "  tallystream keys new --name shop --scope ingest",
            "  tallystream keys list",
            "  tallystream keys revoke --name shop"
        })
final class KeysCommand {
    @Spec
    private CommandSpec spec;

    /** What {@code --scope} takes. */
    static final class Scopes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(KeyScope.values()).map(KeyScope::wireName).iterator();
        }
    }

    /** What a subcommand does. */
    private interface Work {
        void on(KeyFile file) throws IOException;
    }

    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Makes a key and writes its secret to standard output.",
            exitCodeListHeading = Help.EXIT_CODES,
            exitCodeList = {Help.DONE, Help.BROKE, Help.MISTAKE},
            footerHeading = Help.EXAMPLES,
            footer = {
                "  tallystream keys new --name shop --scope ingest --rate 500",
                "  tallystream keys new --name web --scope collect --origin https://shop.example"
            })
    int make(
            @Option(names = "--name", required = true, description = "What it is called in lists and logs.")
                    String name,
            @Option(
                            names = "--scope",
                            required = true,
                            paramLabel = "<scope>",
                            completionCandidates = Scopes.class,
                            description = {
                                "ingest: a server sends events;",
                                "collect: web pages send what tally.js sends, a public key;",
                                "read: asks for counts; admin: that, and administers."
                            })
                    String scope,
            @Option(
                            names = "--rate",
                            paramLabel = "<events>",
                            description =
                                    "Events per second that each gateway takes of it. Default: as many as there are.")
                    Integer rate,
            @Option(
                            names = "--origin",
                            paramLabel = "<origin>",
                            description =
                                    "Page that may use it, as https://shop.example; repeat for more. For scope collect.")
                    List<String> origins) {
        return run(file -> {
            KeyScope known = KeyScope.ofWireName(scope)
                    .orElseThrow(() ->
                            new IllegalArgumentException("scope must be one of " + String.join(", ", new Scopes())));
            String secret = Secrets.generate(known.prefix());
            file.add(new ApiKey(
                    ApiKey.requireName(name),
                    known,
                    ApiKey.digestOf(secret),
                    rate == null ? OptionalInt.empty() : OptionalInt.of(rate),
                    origins == null ? Set.of() : Set.copyOf(origins),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS)));
            // Alone there, for scripts.
            spec.commandLine().getOut().println(secret);
            spec.commandLine().getOut().flush();
            tell("key %s, scope %s, in %s. Its secret is shown only now.".formatted(name, scope, file.path()));
        });
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the keys, without their secrets.",
            exitCodeListHeading = Help.EXIT_CODES,
            exitCodeList = {Help.DONE, Help.BROKE, Help.MISTAKE},
            footerHeading = Help.EXAMPLES,
            footer = "  tallystream keys list")
    int list() {
        return run(file -> {
            List<ApiKey> keys = file.read();
            int width = Math.max(
                    4, keys.stream().mapToInt(key -> key.name().length()).max().orElse(0));
            String row = "%-" + width + "s  %-7s  %9s  %-20s  %s%n";
            spec.commandLine().getOut().printf(row, "NAME", "SCOPE", "RATE", "CREATED", "ORIGINS");
            for (ApiKey key : keys) {
                String rate = key.rate().isPresent() ? key.rate().getAsInt() + "/s" : "-";
                String origins = key.origins().stream().sorted().collect(Collectors.joining(" "));
                spec.commandLine()
                        .getOut()
                        .printf(row, key.name(), key.scope().wireName(), rate, key.created(), origins);
            }
            spec.commandLine().getOut().flush();
        });
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Removes a key. Services refuse it within some seconds.",
            exitCodeListHeading = Help.EXIT_CODES,
            exitCodeList = {Help.DONE, Help.BROKE, Help.MISTAKE},
            footerHeading = Help.EXAMPLES,
            footer = "  tallystream keys revoke --name shop")
    int revoke(@Option(names = "--name", required = true, description = "What it is called.") String name) {
        return run(file -> {
            file.remove(name);
            tell("key " + name + " is revoked.");
        });
    }

    private int run(Work work) {
        try {
            KeyFile file = new KeyFile(new Environment(System.getenv()).read(KeySources::file));
            try {
                work.on(file);
            } catch (KeyFileException e) {
                tell(file.path() + " " + e.getMessage());
                return ExitCode.CONFIGURATION;
            } catch (IOException e) {
                tell(file.path() + " cannot be changed: " + e);
                return ExitCode.FAILURE;
            }
            return ExitCode.OK;
        } catch (IllegalArgumentException e) {
            tell(e.getMessage());
            return ExitCode.CONFIGURATION;
        } catch (StartupException e) {
            e.getMessage().lines().forEach(this::tell);
            return ExitCode.CONFIGURATION;
        }
    }

    private void tell(String line) {
        spec.commandLine().getErr().println("tallystream: " + line);
        spec.commandLine().getErr().flush();
    }
}
