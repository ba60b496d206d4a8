package io.tallystream.ingest.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The events of one request.
 *
 * @param events those that keep the contract, in their order
 * @param rejections the others, in their order
 */
record EventBatch(List<Event> events, List<Rejection> rejections) {
    static final int MAX_EVENTS = 10_000;

    private static final EventReader READER = new EventReader();
    private static final Invalid NOT_AN_OBJECT =
            new Invalid(null, null, "malformed", "the event must be a JSON object");

    /**
     * Why one was rejected.
     *
     * @param index its place in the request, from 0
     */
    record Rejection(int index, Invalid reason) {}

    /**
     * Reads one event, or an array of them.
     *
     * @throws ProblemException if the body is not JSON, or holds something else, or too many
     */
    static EventBatch read(byte[] body) {
        try (JsonParser parser = READER.parser(body)) {
            EventBatch batch = new EventBatch(new ArrayList<>(), new ArrayList<>());
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                batch.add(READER.readNext(parser));
            } else if (first == JsonToken.START_ARRAY) {
                batch.readArray(parser);
            } else {
                throw malformed("the body must be an event or an array of events");
            }
            if (parser.nextToken() != null) {
                throw malformed("there is something behind the JSON value; for one event a line send an array");
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

    private void readArray(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (size() == MAX_EVENTS) {
                throw new ProblemException(new Problem(
                        413, "too-many-events", "Too many events", "at most " + MAX_EVENTS + " events in one request"));
            }
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                add(READER.readNext(parser));
            } else {
                parser.skipChildren();
                add(NOT_AN_OBJECT);
            }
        }
    }

    private void add(EventReading reading) {
        if (reading instanceof Valid valid) {
            events.add(valid.event());
        } else if (reading instanceof Invalid invalid) {
            rejections.add(new Rejection(size(), invalid));
        }
    }

    private int size() {
        return events.size() + rejections.size();
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(new Problem(400, "malformed", "Malformed body", detail));
    }
}
