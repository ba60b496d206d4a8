package io.tallystream.benchmarks;

import static java.util.Objects.requireNonNull;

import io.tallystream.benchmarks.report.Report;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * One run of a benchmark.
 *
 * @param options that the user chose
 * @param rounds in which contenders take turns
 * @param isQuick whether to see that it runs matters more than what it comes to
 * @param folder for data, deleted afterwards
 * @param report of what was measured
 * @param progress gets a line for people now and then
 */
public record Session(
        Options options, int rounds, boolean isQuick, Path folder, Report report, Consumer<String> progress) {
    /** Requires all parts. */
    public Session {
        requireNonNull(options, "options");
        requireNonNull(folder, "folder");
        requireNonNull(report, "report");
        requireNonNull(progress, "progress");
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds must be positive");
        }
    }

    /** A number that is smaller if it is to be quick, and that the user can choose. */
    public int number(String option, int thorough, int quick) {
        return options.number(option, isQuick ? quick : thorough);
    }

    /** Goes on without something that is not installed, and says so. */
    public void leaveOut(MissingToolException missing) {
        tell("left out: " + missing.getMessage());
        report.leaveOut(missing.getMessage());
    }

    /** Tells how it goes on. */
    public void tell(String line) {
        progress.accept(line);
    }
}
