package io.tallystream.ingest.intake;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.schema.event.CloudEventReader;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import io.tallystream.schema.event.EventType;
import io.tallystream.schema.event.EventView;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * Reads the events of request bodies. For one thread.
 *
 * <p>JSON that is plain from its first to its last byte is read in place; of any other the whole body is read anew by a JSON
 * parser, which decides the same.
 */
public final class EventIntake {
    /** How many events one request may have. */
    public static final int MAX_EVENTS = 10_000;

    private static final Invalid NOT_AN_OBJECT =
            new Invalid(null, null, "malformed", "the event must be a JSON object");

    private final EventReader reader = new EventReader();
    private final CloudEventReader cloudReader = new CloudEventReader();
    private final EventView view = new EventView();
    private final Admission admission;

    @FunctionalInterface
    private interface ElementReader {
        EventReading readNext(JsonParser parser) throws IOException;
    }

    /** By those rules. */
    public EventIntake(IntakeRules rules) {
        this(rules, Set.of(EventType.values()));
    }

    /** By those rules, and no events but of those types. */
    public EventIntake(IntakeRules rules, Set<EventType> types) {
        admission = new Admission(rules, types);
    }

    /**
     * Reads a body.
     *
     * @param body must not change until this returns
     * @param nowMillis when it was received
     * @throws ProblemException if the body is not of that format, or has too many events
     */
    public EventBatch read(BodyFormat format, byte[] body, long nowMillis) {
        return switch (format) {
            case JSON -> {
                EventBatch plain = readPlain(body, nowMillis);
                yield plain != null ? plain : readAnyJson(body, nowMillis);
            }
            case LINES -> readLines(body, nowMillis);
            case CLOUD_EVENT -> readJson(body, cloudReader::readNext, true, false, nowMillis);
            case CLOUD_EVENTS -> readJson(body, cloudReader::readNext, false, true, nowMillis);
        };
    }

    /**
     * Reads a CloudEvent in binary mode.
     *
     * @param attributes by their names in lower case, without {@code ce-}
     */
    public EventBatch readBinary(Map<String, String> attributes, byte[] data, long nowMillis) {
        EventBatch batch = new EventBatch();
        add(cloudReader.read(attributes, data), nowMillis, batch);
        return batch;
    }

    /** Reads one event that need not say of what type it is, and must not say that it is of another. */
    public EventBatch readImplied(EventType type, byte[] body, long nowMillis) {
        return readJson(body, parser -> reader.readNext(parser, type), true, false, nowMillis);
    }

    EventBatch readAnyJson(byte[] body, long nowMillis) {
        return readJson(body, reader::readNext, true, true, nowMillis);
    }

    /** Null if it is not plain, or too much. */
    EventBatch readPlain(byte[] body, long nowMillis) {
        EventBatch batch = new EventBatch();
        int at = skipSpace(body, 0);
        boolean array = at < body.length && body[at] == '[';
        boolean more = true;
        while (more) {
            at = view.readPlain(body, array ? at + 1 : at, body.length);
            if (at < 0 || batch.size() == MAX_EVENTS) {
                return null;
            }
            admission.admit(view, nowMillis, batch);
            at = skipSpace(body, at);
            more = array && at < body.length && body[at] == ',';
        }
        if (array) {
            if (at == body.length || body[at] != ']') {
                return null;
            }
            at = skipSpace(body, at + 1);
        }
        return at == body.length ? batch : null;
    }

    private static int skipSpace(byte[] body, int from) {
        int at = from;
        while (at < body.length && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t')) {
            at++;
        }
        return at;
    }

    private EventBatch readLines(byte[] body, long nowMillis) {
        EventBatch batch = new EventBatch();
        int from = 0;
        while (from < body.length) {
            int to = from;
            while (to < body.length && body[to] != '\n') {
                to++;
            }
            // An empty line is no event.
            if (skipSpace(body, from) < to) {
                requireRoom(batch);
                Invalid invalid = view.read(body, from, to);
                if (invalid == null) {
                    admission.admit(view, nowMillis, batch);
                } else {
                    batch.reject(invalid);
                }
            }
            from = to + 1;
        }
        return batch;
    }

    private EventBatch readJson(byte[] body, ElementReader elements, boolean one, boolean many, long nowMillis) {
        EventBatch batch = new EventBatch();
        try (JsonParser parser = reader.parser(body)) {
            JsonToken first = parser.nextToken();
            if (one && first == JsonToken.START_OBJECT) {
                add(elements.readNext(parser), nowMillis, batch);
            } else if (many && first == JsonToken.START_ARRAY) {
                readArray(parser, elements, nowMillis, batch);
            } else {
                String wanted = one ? many ? "an event or an array of events" : "one event" : "an array of events";
                throw malformed("the body must be " + wanted);
            }
            if (parser.nextToken() != null) {
                throw malformed("there is something behind the JSON value; one event a line is application/x-ndjson");
            }
            return batch;
        } catch (StreamConstraintsException e) {
            throw malformed("a value in the body is nested too deeply or too long");
        } catch (JsonProcessingException e) {
            throw malformed("the body is not valid JSON at line %d, column %d"
                    .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
        } catch (IOException e) {
            throw malformed("the body is not valid JSON");
        }
    }

    private void readArray(JsonParser parser, ElementReader elements, long nowMillis, EventBatch batch)
            throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            requireRoom(batch);
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                add(elements.readNext(parser), nowMillis, batch);
            } else {
                parser.skipChildren();
                batch.reject(NOT_AN_OBJECT);
            }
        }
    }

    private static void requireRoom(EventBatch batch) {
        if (batch.size() == MAX_EVENTS) {
            throw new ProblemException(new Problem(
                    413, "too-many-events", "Too many events", "at most " + MAX_EVENTS + " events in one request"));
        }
    }

    private void add(EventReading reading, long nowMillis, EventBatch batch) {
        if (reading instanceof Valid valid) {
            view.show(valid.event());
            admission.admit(view, nowMillis, batch);
        } else if (reading instanceof Invalid invalid) {
            batch.reject(invalid);
        }
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(new Problem(400, "malformed", "Malformed body", detail));
    }
}
