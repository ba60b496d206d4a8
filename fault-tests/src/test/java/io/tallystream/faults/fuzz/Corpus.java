package io.tallystream.faults.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** What the fuzzer begins with, and what it has learnt; each input is tried again in each build. */
final class Corpus {
    private static final Path ROOT = Path.of("src", "test", "resources", "fuzz");

    private Corpus() {}

    /** Files that people made, and what broke something once. */
    static List<Path> seeds(String target) throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve(target))) {
            return files.sorted().toList();
        }
    }

    /** What {@code fault-tests/fuzz} found to lead somewhere new. */
    static List<byte[]> learnt(String target) throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        try (InputStream file = Files.newInputStream(ROOT.resolve(target + ".zip"));
                ZipInputStream zip = new ZipInputStream(file)) {
            ZipEntry entry = zip.getNextEntry();
            while (entry != null) {
                if (!entry.isDirectory()) {
                    inputs.add(zip.readAllBytes());
                }
                entry = zip.getNextEntry();
            }
        }
        return inputs;
    }
}
