package io.tallystream.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of several rounds, by name. */
public final class Figures {
    private final Map<String, List<Double>> byName = new LinkedHashMap<>();

    /** Adds the figure of one round and prints it. */
    public void add(String name, double figure) {
        byName.computeIfAbsent(name, any -> new ArrayList<>()).add(figure);
        System.out.printf("%s: %,.0f%n", name, figure);
    }

    /** The middle one of all rounds. */
    public double median(String name) {
        List<Double> sorted = sorted(name);
        return sorted.get(sorted.size() / 2);
    }

    /** Prints the least, the middle and the greatest of each. */
    public void print(String unit) {
        System.out.printf("%n%-48s %12s %12s %12s%n", unit, "min", "median", "max");
        byName.keySet().forEach(name -> {
            List<Double> sorted = sorted(name);
            System.out.printf(
                    "%-48s %,12.0f %,12.0f %,12.0f%n",
                    name, sorted.get(0), median(name), sorted.get(sorted.size() - 1));
        });
    }

    private List<Double> sorted(String name) {
        List<Double> sorted = new ArrayList<>(byName.get(name));
        Collections.sort(sorted);
        return sorted;
    }
}
