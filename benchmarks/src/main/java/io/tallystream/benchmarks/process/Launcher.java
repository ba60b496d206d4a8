package io.tallystream.benchmarks.process;

import io.tallystream.benchmarks.MissingToolException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The {@code tallystream} script beside these benchmarks' sources. */
public final class Launcher {
    private static final String NAME = "tallystream";
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    // From this code's jar, or its folder of classes: <home>/benchmarks/target/<it>.
    private static final int FOLDERS_BELOW_HOME = 3;

    private final Path script;

    private Launcher(Path script) {
        this.script = script;
    }

    /**
     * Finds it, and lets it build the program if its sources are newer.
     *
     * @param folder for what it prints
     * @throws MissingToolException if it is not there
     */
    public static Launcher ready(Path folder) throws MissingToolException, IOException, InterruptedException {
        Launcher launcher = new Launcher(home().resolve(NAME));
        if (!Files.isExecutable(launcher.script)) {
            throw new MissingToolException("the standalone program is run by " + launcher.script
                    + ", which is not there: run this in its sources");
        }
        Child.Program version = new Child.Program(
                NAME + "-version", List.of(launcher.script.toString(), "--version"), Map.of(), folder);
        try (Child child = Child.start(version, folder)) {
            child.awaitEnd(BUILD_LIMIT);
        }
        return launcher;
    }

    private static Path home() {
        try {
            URI code = Launcher.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            Path home = Path.of(code);
            for (int i = 0; i < FOLDERS_BELOW_HOME; i++) {
                home = home.getParent();
            }
            return home;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The program as it is used: {@code ./tallystream demo}. */
    public Child.Program program(String command, Map<String, String> variables, Path folder) {
        return new Child.Program(NAME, List.of(script.toString(), command), variables, folder);
    }
}
