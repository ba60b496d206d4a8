package io.tallystream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.benchmarks.process.Child;
import io.tallystream.embedded.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who breaks a benchmark off finds neither its gigabytes nor its processes afterwards. */
@Timeout(180)
final class AbandonedBenchIT {
    @TempDir
    private Path folder;

    @Test
    void shouldLeaveNothingWhenItIsEndedInTheMiddle() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        List<String> command = ChildJvm.command(
                List.of("-Djava.io.tmpdir=" + temporary),
                BenchMain.class.getName(),
                "heap",
                "--quick",
                "-o",
                "events=1000000000",
                "--results",
                folder.resolve("results").toString());

        try (Child bench = Child.start(new Child.Program("bench", command, Map.of(), folder), folder)) {
            List<ProcessHandle> started = awaitProcessor(bench);
            assertThat(data(temporary)).hasSize(1);

            bench.handle().destroy();
            bench.handle().onExit().join();

            for (ProcessHandle process : started) {
                process.onExit().get(1, TimeUnit.MINUTES);
            }
            assertThat(data(temporary)).isEmpty();
        }
    }

    /** The processor that the benchmark starts, as soon as it has. */
    private static List<ProcessHandle> awaitProcessor(Child bench) {
        List<ProcessHandle> processors = Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> processors(bench),
                        started -> !started.isEmpty() || !bench.handle().isAlive());
        assertThat(processors).as(bench.lastLines()).isNotEmpty();
        return processors;
    }

    private static List<ProcessHandle> processors(Child bench) {
        return bench.handle()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .toList();
    }

    private static List<Path> data(Path temporary) throws Exception {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("tallystream-bench-"))
                    .toList();
        }
    }
}
