package io.tallystream.benchmarks;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The arguments of a benchmark, {@code name=value} each. */
public final class Options {
    private final Map<String, String> values = new HashMap<>();

    /**
     * Reads them.
     *
     * @param names those there are
     * @throws IllegalArgumentException if an argument is not {@code name=value} with one of the names
     */
    public Options(String[] arguments, String... names) {
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 0 || !List.of(names).contains(argument.substring(0, equals))) {
                throw new IllegalArgumentException(
                        "%s is none of %s, each as name=value".formatted(argument, Arrays.toString(names)));
            }
            values.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
    }

    /** A whole number. */
    public int number(String name, int defaultValue) {
        return Integer.parseInt(values.getOrDefault(name, Integer.toString(defaultValue)));
    }

    /** Texts, comma-separated. */
    public List<String> texts(String name, String defaultValue) {
        return List.of(values.getOrDefault(name, defaultValue).split(","));
    }

    /** Whole numbers, comma-separated. */
    public List<Integer> numbers(String name, String defaultValue) {
        return texts(name, defaultValue).stream().map(Integer::valueOf).toList();
    }
}
