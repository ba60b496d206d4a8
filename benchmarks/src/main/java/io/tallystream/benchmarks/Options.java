package io.tallystream.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the user chose, by name. */
public final class Options {
    private final Map<String, String> values;

    /** Copies them. */
    public Options(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Reads them.
     *
     * @param names those there are
     * @throws IllegalArgumentException if an argument is not {@code name=value} with one of the names
     */
    public Options(String[] arguments, String... names) {
        this(read(arguments, List.of(names)));
    }

    private static Map<String, String> read(String[] arguments, List<String> names) {
        Map<String, String> values = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 0 || !names.contains(argument.substring(0, equals))) {
                throw new IllegalArgumentException("%s is none of %s, each as name=value".formatted(argument, names));
            }
            values.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        return values;
    }

    /**
     * A whole number.
     *
     * @throws IllegalArgumentException if what was chosen is none
     */
    public int number(String name, int defaultValue) {
        return whole(name, values.getOrDefault(name, Integer.toString(defaultValue)));
    }

    /** A text. */
    public String text(String name, String defaultValue) {
        return values.getOrDefault(name, defaultValue);
    }

    /** Texts, comma-separated. */
    public List<String> texts(String name, String defaultValue) {
        return List.of(text(name, defaultValue).split(","));
    }

    /**
     * Whole numbers, comma-separated.
     *
     * @throws IllegalArgumentException if one of what was chosen is none
     */
    public List<Integer> numbers(String name, String defaultValue) {
        return texts(name, defaultValue).stream().map(text -> whole(name, text)).toList();
    }

    private static int whole(String name, String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("option " + name + " is a whole number, not " + text, e);
        }
    }
}
