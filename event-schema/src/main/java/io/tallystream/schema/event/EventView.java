package io.tallystream.schema.event;

import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;

/**
 * The fields of one event at a time, read without making objects where its JSON is plain. Judges exactly as {@link EventReader}
 * does, which it asks about everything else. A flyweight, for one thread.
 */
public final class EventView {
    /** What {@link #timeMillis} and {@link #durationMillis} are when the field is absent. */
    public static final long ABSENT = -1;

    private final EventReader reader = new EventReader();
    private final PlainEventScanner scanner = new PlainEventScanner(this);
    private final Utf8Slice id = new Utf8Slice();
    private final Utf8Slice userId = new Utf8Slice();
    private final Utf8Slice endpoint = new Utf8Slice();
    private final Utf8Slice method = new Utf8Slice();
    private final Utf8Slice productId = new Utf8Slice();
    private final Utf8Slice page = new Utf8Slice();
    private EventType type;
    private long timeMillis;
    private int statusCode;
    private long durationMillis;

    /**
     * Reads one event from a whole value.
     *
     * @param json may be null, which is invalid; must not change while this view is used
     * @return null if it is valid, and the fields are those of this event; otherwise why not, and the fields mean nothing
     */
    public Invalid read(byte[] json) {
        clear();
        if (json != null && scanner.scan(json)) {
            return null;
        }
        clear();
        EventReading reading = reader.read(json);
        if (reading instanceof Valid valid) {
            take(valid.event());
            return null;
        }
        return (Invalid) reading;
    }

    /** The kind of event. */
    public EventType type() {
        return type;
    }

    /** The producer's id. */
    public Utf8Slice id() {
        return id;
    }

    /** Who did it. */
    public Utf8Slice userId() {
        return userId;
    }

    /** The user, else the id: what decides which partition an event belongs to. */
    public Utf8Slice owner() {
        return userId.isPresent() ? userId : id;
    }

    /** Of an API call. */
    public Utf8Slice endpoint() {
        return endpoint;
    }

    /** Of a click. */
    public Utf8Slice productId() {
        return productId;
    }

    /** Of a page view or a dwell, and perhaps of a click. */
    public Utf8Slice page() {
        return page;
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

    Utf8Slice method() {
        return method;
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
        id.clear();
        userId.clear();
        endpoint.clear();
        method.clear();
        productId.clear();
        page.clear();
        type = null;
        timeMillis = ABSENT;
        statusCode = -1;
        durationMillis = ABSENT;
    }

    private void take(Event event) {
        type = event.type();
        id.set(event.id());
        userId.set(event.userId());
        timeMillis = event.time() == null ? ABSENT : event.time().toEpochMilli();
        if (event instanceof Event.ApiCall call) {
            endpoint.set(call.endpoint());
            method.set(call.method());
            statusCode = call.status().code();
            durationMillis = call.durationMs() == null ? ABSENT : call.durationMs();
        } else if (event instanceof Event.Click click) {
            productId.set(click.productId());
            page.set(click.page());
        } else if (event instanceof Event.PageView view) {
            page.set(view.page());
        } else if (event instanceof Event.Dwell dwell) {
            page.set(dwell.page());
            durationMillis = dwell.durationMs();
        }
    }
}
