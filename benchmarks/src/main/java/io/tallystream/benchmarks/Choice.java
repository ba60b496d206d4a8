package io.tallystream.benchmarks;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What can be chosen of a benchmark, by its name, and what it can be: judged before hours are spent on it. Immutable. */
final class Choice {
    private static final Pattern HEAP = Pattern.compile("[1-9][0-9]{0,8}[kmgKMG]");

    private final String name;
    private final String wanted;
    private final Predicate<String> fits;

    private Choice(String name, String wanted, Predicate<String> fits) {
        this.name = requireNonNull(name, "name");
        this.wanted = wanted;
        this.fits = fits;
    }

    /** A whole number, from the least to the most that makes sense. */
    static Choice whole(String name, int least, int most) {
        return new Choice(name, "a whole number " + range(least, most), value -> isWithin(value, least, most));
    }

    /** Whole numbers, comma-separated. */
    static Choice wholes(String name, int least, int most) {
        return new Choice(
                name,
                "whole numbers " + range(least, most) + ", comma-separated",
                value -> Options.split(value).stream().allMatch(number -> isWithin(number, least, most)));
    }

    /** Some of these, comma-separated. */
    static Choice someOf(String name, List<String> all) {
        return new Choice(
                name,
                "some of " + String.join(",", all) + ", comma-separated",
                value -> all.containsAll(Options.split(value)));
    }

    /** A size as for {@code -Xmx}. */
    static Choice heap(String name) {
        return new Choice(
                name, "a size such as 512m or 1g", value -> HEAP.matcher(value).matches());
    }

    /** A folder that is there. */
    static Choice folder(String name) {
        return new Choice(name, "a folder that is there", value -> Files.isDirectory(Path.of(value)));
    }

    String name() {
        return name;
    }

    /**
     * Returns if it can be that.
     *
     * @throws BadOptionException if it cannot
     */
    void check(String value) {
        if (!fits.test(value)) {
            throw new BadOptionException("option " + name + " must be " + wanted + ", not " + value);
        }
    }

    private static String range(int least, int most) {
        return String.format(Locale.ROOT, "from %,d to %,d", least, most);
    }

    private static boolean isWithin(String text, int least, int most) {
        try {
            int number = Integer.parseInt(text.strip());
            return number >= least && number <= most;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
