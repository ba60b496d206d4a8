package io.tallystream.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** What happened when, a JSON object on each line of a file, written at once. Thread-safe. */
final class History implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Clock clock;
    private final BufferedWriter writer;

    History(Path file, Clock clock) throws IOException {
        this.clock = clock;
        writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    }

    synchronized void note(String event, String detail) {
        ObjectNode line = MAPPER.createObjectNode();
        line.put("time", clock.instant().toString());
        line.put("event", event);
        line.put("detail", detail);
        try {
            writer.write(line.toString());
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        writer.close();
    }
}
