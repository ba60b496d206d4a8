package io.tallystream.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the user chose, by name, and can be chosen: see {@link Choice}. */
public final class Options {
    private final Map<String, String> values;

    /** Copies them. */
    public Options(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** A whole number. */
    public int number(String name, int defaultValue) {
        String value = values.get(name);
        return value == null ? defaultValue : Integer.parseInt(value.strip());
    }

    /** A text. */
    public String text(String name, String defaultValue) {
        return values.getOrDefault(name, defaultValue);
    }

    /** Texts, comma-separated. */
    public List<String> texts(String name, String defaultValue) {
        return split(text(name, defaultValue));
    }

    /** Whole numbers, comma-separated. */
    public List<Integer> numbers(String name, String defaultValue) {
        return texts(name, defaultValue).stream().map(Integer::valueOf).toList();
    }

    /** The parts between commas, at least one, without the blanks around them. */
    static List<String> split(String value) {
        return Stream.of(value.split(",", -1)).map(String::strip).toList();
    }
}
