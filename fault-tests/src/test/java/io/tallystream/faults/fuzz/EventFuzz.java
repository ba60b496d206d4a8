package io.tallystream.faults.fuzz;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tallystream.schema.event.CloudEventReader;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.EventWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Any bytes at all are an event or are not, without an exception, and all who judge them agree. */
public final class EventFuzz {
    private static final EventReader READER = new EventReader();
    private static final CloudEventReader CLOUD_READER = new CloudEventReader();
    private static final EventView VIEW = new EventView();
    private static final EventWriter WRITER = new EventWriter();

    private EventFuzz() {}

    /** What the fuzzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        EventReading reading = READER.read(input);
        EventReading.Invalid seen = VIEW.read(input);
        if (reading instanceof EventReading.Valid valid) {
            require(seen == null, "the view refuses what is valid", input);
            byte[] normal = WRITER.write(valid.event());
            require(Arrays.equals(normal, WRITER.write(VIEW)), "the view writes something else", input);
            require(valid.event().equals(again(normal)), "what is written is read as something else", input);
        } else {
            require(reading.equals(seen), "the view judges otherwise", input);
        }
        cloudEvents(input);
    }

    private static Event again(byte[] written) {
        return READER.read(written) instanceof EventReading.Valid valid ? valid.event() : null;
    }

    private static void cloudEvents(byte[] input) {
        CLOUD_READER.read(
                Map.of("specversion", "1.0", "type", "io.tallystream.click", "source", "s", "id", "1"), input);
        try (JsonParser parser = READER.parser(input)) {
            JsonToken token = parser.nextToken();
            while (token != null) {
                if (token == JsonToken.START_OBJECT) {
                    CLOUD_READER.readNext(parser);
                    require(parser.currentToken() == JsonToken.END_OBJECT, "the reader stopped elsewhere", input);
                }
                token = parser.nextToken();
            }
        } catch (IOException e) {
            // Not JSON: that is what it says of that.
        }
    }

    private static void require(boolean holds, String otherwise, byte[] input) {
        if (!holds) {
            throw new IllegalStateException(otherwise + ": " + new String(input, StandardCharsets.UTF_8));
        }
    }
}
