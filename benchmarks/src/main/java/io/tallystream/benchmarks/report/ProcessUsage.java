package io.tallystream.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a process and those that it started take of the machine. */
public final class ProcessUsage {
    private static final Pattern PEAK = Pattern.compile("^VmHWM:\\s+(\\d+) kB", Pattern.MULTILINE);
    private static final Pattern RESIDENT = Pattern.compile("^VmRSS:\\s+(\\d+) kB", Pattern.MULTILINE);
    private static final long KIBI = 1024;

    private final ProcessHandle process;
    private Duration before;

    /**
     * What was spent.
     *
     * @param cpu processor time
     * @param peakBytes of memory at most since each process began, in sum; 0 where the system does not tell (it is Linux
     *     that does)
     */
    public record Spent(Duration cpu, long peakBytes) {}

    /** Begins to measure. */
    public ProcessUsage(ProcessHandle process) {
        this.process = process;
        before = cpu();
    }

    /** What was spent since it was last asked, or begun. */
    public Spent sinceLast() {
        Duration now = cpu();
        Spent spent = new Spent(now.minus(before), sum(PEAK));
        before = now;
        return spent;
    }

    /** Bytes of the machine's memory that they have now; 0 where the system does not tell. */
    public long residentBytes() {
        return sum(RESIDENT);
    }

    private List<ProcessHandle> all() {
        return Stream.concat(Stream.of(process), process.descendants()).toList();
    }

    private Duration cpu() {
        return all().stream()
                .map(one -> one.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private long sum(Pattern pattern) {
        return all().stream().mapToLong(one -> bytes(one, pattern)).sum();
    }

    private static long bytes(ProcessHandle process, Pattern pattern) {
        try {
            Matcher matcher =
                    pattern.matcher(Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
            return matcher.find() ? Long.parseLong(matcher.group(1)) * KIBI : 0;
        } catch (IOException e) {
            // It has ended, or this is not Linux.
            return 0;
        }
    }
}
