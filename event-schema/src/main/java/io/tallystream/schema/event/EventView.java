package io.tallystream.schema.event;

import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import java.util.Arrays;

/**
 * The fields of one event at a time, read without making objects where its JSON is plain. Judges exactly as {@link EventReader}
 * does, which it asks about everything else. A flyweight, for one thread.
 */
public final class EventView {
    /** What {@link #timeMillis} and {@link #durationMillis} are when the field is absent. */
    public static final long ABSENT = -1;

    private final EventReader reader = new EventReader();
    private final PlainEventScanner scanner = new PlainEventScanner(this);
    // By the index of the field; only texts are ever set.
    private final Utf8Slice[] texts = new Utf8Slice[EventField.values().length];
    private EventType type;
    private long timeMillis;
    private int statusCode;
    private long durationMillis;
    private boolean plain;

    /** Of nothing. */
    public EventView() {
        Arrays.setAll(texts, field -> new Utf8Slice());
    }

    /**
     * Reads one event from a whole value.
     *
     * @param json may be null, which is invalid; must not change while this view is used
     * @return null if it is valid, and the fields are those of this event; otherwise why not, and the fields mean nothing
     */
    public Invalid read(byte[] json) {
        return read(json, 0, json == null ? 0 : json.length);
    }

    /** Like {@link #read(byte[])}, of a part of an array that holds one event and nothing else. */
    public Invalid read(byte[] json, int from, int to) {
        clear();
        if (json != null && scanner.scan(json, from, to)) {
            plain = true;
            return null;
        }
        clear();
        EventReading reading = reader.read(json, from, to - from);
        if (reading instanceof Valid valid) {
            take(valid.event());
            return null;
        }
        return (Invalid) reading;
    }

    /**
     * Reads the event that begins there, perhaps behind white space, if it is plain and valid.
     *
     * @param json must not change while this view is used
     * @param to behind the last byte that may be read
     * @return the index behind the event, whose fields these now are; or -1, which tells nothing of it, and the fields mean
     *     nothing
     */
    public int readPlain(byte[] json, int from, int to) {
        clear();
        int behind = scanner.scanNext(json, from, to);
        plain = behind != PlainEventScanner.GIVE_UP;
        return plain ? behind : -1;
    }

    /** Takes the fields of an event. */
    public void show(Event event) {
        clear();
        take(event);
    }

    /**
     * Gives the event an id, or another one.
     *
     * @param utf8 1 to {@link Event#MAX_STRING_LENGTH} characters, none of them a control character, a quote or a backslash
     */
    public void assignId(byte[] utf8) {
        id().set(utf8, 0, utf8.length);
    }

    /** Gives the event a time, or another one, in milliseconds since 1970. */
    public void assignTime(long millis) {
        timeMillis = millis;
    }

    /** Gives an API call another endpoint: what is between two indices of an array, else as with {@link #assignId}. */
    public void assignEndpoint(byte[] utf8, int from, int to) {
        endpoint().set(utf8, from, to);
    }

    /** The kind of event. */
    public EventType type() {
        return type;
    }

    /** The producer's id. */
    public Utf8Slice id() {
        return text(EventField.ID);
    }

    /** Who did it. */
    public Utf8Slice userId() {
        return text(EventField.USER_ID);
    }

    /** The user, else the id: what decides which partition an event belongs to. */
    public Utf8Slice owner() {
        return userId().isPresent() ? userId() : id();
    }

    /** Of an API call. */
    public Utf8Slice endpoint() {
        return text(EventField.ENDPOINT);
    }

    /** Of a click. */
    public Utf8Slice productId() {
        return text(EventField.PRODUCT_ID);
    }

    /** Of a page view or a dwell, and perhaps of a click. */
    public Utf8Slice page() {
        return text(EventField.PAGE);
    }

    /** When it happened, in milliseconds since 1970; {@link #ABSENT} if it does not say. */
    public long timeMillis() {
        return timeMillis;
    }

    /** Of an API call: {@link CallStatus#code}. */
    public int statusCode() {
        return statusCode;
    }

    /** Of a dwell, and perhaps of an API call; {@link #ABSENT} if it does not say. */
    public long durationMillis() {
        return durationMillis;
    }

    /** A field that is a text. */
    Utf8Slice text(EventField field) {
        return texts[field.index()];
    }

    /** Whether no text in it needs an escape when it is written as JSON; false where that is not known. */
    boolean isPlain() {
        return plain;
    }

    void type(EventType newType) {
        type = newType;
    }

    void timeMillis(long newTime) {
        timeMillis = newTime;
    }

    void statusCode(int newCode) {
        statusCode = newCode;
    }

    void durationMillis(long newDuration) {
        durationMillis = newDuration;
    }

    private void clear() {
        plain = false;
        for (Utf8Slice text : texts) {
            text.clear();
        }
        type = null;
        timeMillis = ABSENT;
        statusCode = -1;
        durationMillis = ABSENT;
    }

    private void take(Event event) {
        type = event.type();
        id().set(event.id());
        userId().set(event.userId());
        timeMillis = event.time() == null ? ABSENT : event.time().toEpochMilli();
        if (event instanceof Event.ApiCall call) {
            endpoint().set(call.endpoint());
            text(EventField.METHOD).set(call.method());
            statusCode = call.status().code();
            durationMillis = call.durationMs() == null ? ABSENT : call.durationMs();
        } else if (event instanceof Event.Click click) {
            productId().set(click.productId());
            page().set(click.page());
        } else if (event instanceof Event.PageView view) {
            page().set(view.page());
        } else if (event instanceof Event.Dwell dwell) {
            page().set(dwell.page());
            durationMillis = dwell.durationMs();
        }
    }
}
