package io.tallystream.benchmarks;

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
     * A whole number.
     *
     * @throws BadOptionException if what was chosen is none
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
     * @throws BadOptionException if one of what was chosen is none
     */
    public List<Integer> numbers(String name, String defaultValue) {
        return texts(name, defaultValue).stream().map(text -> whole(name, text)).toList();
    }

    private static int whole(String name, String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new BadOptionException("option " + name + " must be a whole number, not " + text, e);
        }
    }
}
