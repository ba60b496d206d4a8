package io.tallystream.benchmarks.report;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that one benchmark measured. For one thread. */
public final class Report {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final String benchmark;
    private final String command;
    private final Machine machine;
    private final Instant begin;
    private final List<Comparison> comparisons = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    /**
     * Without a comparison yet.
     *
     * @param benchmark its name
     * @param command to repeat it with
     * @param begin when it began
     */
    public Report(String benchmark, String command, Machine machine, Instant begin) {
        this.benchmark = requireNonNull(benchmark, "benchmark");
        this.command = requireNonNull(command, "command");
        this.machine = requireNonNull(machine, "machine");
        this.begin = requireNonNull(begin, "begin");
    }

    /** Makes a comparison that belongs to it. */
    public Comparison comparison(String title, String unit, String baseline) {
        Comparison comparison = new Comparison(title, unit, baseline);
        comparisons.add(comparison);
        return comparison;
    }

    /** Adds what else is to be known about the figures, in one line. */
    public void note(String note) {
        notes.add(requireNonNull(note, "note"));
    }

    /** Adds why something was not measured, in one line. */
    public void leaveOut(String reason) {
        leftOut.add(requireNonNull(reason, "reason"));
    }

    /** Whether all was measured. */
    public boolean isComplete() {
        return leftOut.isEmpty();
    }

    /** As tables. */
    public String text() {
        List<String> parts = new ArrayList<>();
        parts.add(machine.text());
        // What nothing was measured for has no table.
        comparisons.stream()
                .filter(Comparison::isMeasured)
                .map(Comparison::text)
                .forEach(parts::add);
        parts.addAll(notes);
        leftOut.forEach(reason -> parts.add("Left out: " + reason));
        return String.join(System.lineSeparator() + System.lineSeparator(), parts);
    }

    /** Writes it as JSON to a file of its name in that folder, which is made if it is missing, and returns the file. */
    public Path write(Path folder) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("benchmark", benchmark);
        json.put("command", command);
        json.put("begin", begin.toString());
        json.put("machine", machine.json());
        json.put(
                "comparisons",
                comparisons.stream()
                        .filter(Comparison::isMeasured)
                        .map(Comparison::json)
                        .toList());
        json.put("notes", notes);
        json.put("left_out", leftOut);
        Files.createDirectories(folder);
        Path file = folder.resolve(benchmark + ".json");
        Files.writeString(file, MAPPER.writeValueAsString(json) + "\n");
        return file;
    }
}
