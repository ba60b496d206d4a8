package io.tallystream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchMainTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "moon | there is no moon to measure",
                "scale -o parts=moon | option parts must be some of threads,users,endpoints,restart",
                "scale -o threads=0 | option threads must be whole numbers from 1 to 256, comma-separated, not 0",
                "processor -o contenders=engine,moon | option contenders must be some of dsl,engine,",
                "freshness -o contenders=bound | option contenders must be some of dsl,engine,",
                "heap -o heap=plenty | option heap must be a size",
                "query -o days=0 | option days must be whole numbers from 1 to 400",
                "gateway -o replaced=/nowhere/at/all | option replaced must be a folder that is there",
                "all -o connections=1.5 | option connections must be whole numbers",
                "sink -o users=1 | nothing that is measured has an option users",
                "sink --rounds 0 | --rounds must be from 1 to 100",
                "--results /nowhere/at/all --charts charts | --results: there is no folder /nowhere/at/all",
            })
    void shouldSayWhatCannotBeBeforeItMeasures(String arguments, String error) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(errors.toString()).startsWith(error);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldSayThatThereCanBeNoFolderForResultsBeforeItMeasures() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(run("sink", "--quick", "--results", file.toString())).isEqualTo(2);
        assertThat(errors.toString()).startsWith("--results: cannot make the folder " + file);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldTellAllThatCanBeChosen() {
        assertThat(run("--options")).isZero();
        assertThat(out.toString()).contains("scale ", "-o [events, threads, users, endpoints, interval, heap, parts]");
    }

    private int run(String... arguments) {
        return BenchMain.command()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }
}
