package io.tallystream.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the figures were measured on.
 *
 * @param processor its name, where the system tells
 * @param cores that this JVM may use
 * @param memoryBytes of the machine; 0 where the system does not tell
 * @param system its name and version
 * @param java the JVM's name and version
 * @param load how many processes wanted to run in the minute before; negative where the system does not tell
 * @param commit of the sources; empty where that is not known
 */
public record Machine(
        String processor, int cores, long memoryBytes, String system, String java, double load, String commit) {
    private static final Pattern MODEL = Pattern.compile("^model name\\s*:\\s*(.*)$", Pattern.MULTILINE);
    private static final Pattern MEMORY = Pattern.compile("^MemTotal:\\s+(\\d+) kB", Pattern.MULTILINE);

    /** This one, as it is now. */
    public static Machine current() {
        return new Machine(
                find(MODEL, "/proc/cpuinfo", System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(find(MEMORY, "/proc/meminfo", "0")) * 1024,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                commitOfSources());
    }

    private static String find(Pattern pattern, String file, String otherwise) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
            return matcher.find() ? matcher.group(1).strip() : otherwise;
        } catch (IOException e) {
            return otherwise;
        }
    }

    private static String commitOfSources() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
            String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.onExit().join().exitValue() == 0 ? name : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** In one line for people. */
    public String text() {
        return "%s, %d cores, %,d MiB, %s, %s, load %.1f"
                .formatted(processor, cores, memoryBytes >> 20, system, java, load);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("processor", processor);
        json.put("cores", cores);
        json.put("memory_bytes", memoryBytes);
        json.put("system", system);
        json.put("java", java);
        json.put("load", load);
        json.put("commit", commit);
        return json;
    }
}
