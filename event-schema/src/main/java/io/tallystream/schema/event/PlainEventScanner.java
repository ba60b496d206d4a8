package io.tallystream.schema.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads events whose JSON is plain: one flat object whose values are strings of printable ASCII without escapes, or whole
 * numbers. That is what the gateway and most producers write. Gives up at anything else, right or wrong, for
 * {@link EventReader} to judge.
 */
final class PlainEventScanner {
    static final int GIVE_UP = -1;

    private static final int MAX_DIGITS = 15;
    // No field of ours has one as long, and how long others may have them is for the reader to judge.
    private static final int MAX_NAME_LENGTH = Event.MAX_STRING_LENGTH;
    private static final long LATEST_TIME = EventDraft.LATEST_TIME.toEpochMilli();

    private static final byte[] SUCCESS = ascii("success");
    private static final byte[] ERROR = ascii("error");

    private static final EventField[] FIELDS = EventField.values();
    private static final byte[][] NAMES =
            Arrays.stream(FIELDS).map(field -> ascii(field.wireName())).toArray(byte[][]::new);
    private static final byte[][] TYPES = Arrays.stream(EventType.values())
            .map(type -> ascii(type.wireName()))
            .toArray(byte[][]::new);
    private static final EventType[] TYPE_VALUES = EventType.values();

    private final EventView view;
    private byte[] json;
    // Behind the last byte that may be read.
    private int limit;
    private int seen;
    // What the last value read was: a string from start to end (exclusive), or a whole number.
    private boolean isText;
    private int start;
    private int end;
    private long number;

    PlainEventScanner(EventView view) {
        this.view = view;
    }

    /** Whether it is a plain and valid event, which then is in the view; false tells nothing of it. */
    boolean scan(byte[] newJson, int from, int to) {
        int behind = scanNext(newJson, from, to);
        return behind != GIVE_UP && skipSpace(behind) == limit;
    }

    /**
     * Reads the object that begins there, perhaps behind white space, and no further.
     *
     * @param to behind the last byte that may be read
     * @return the index behind the object, which is a plain and valid event and now in the view; or {@link #GIVE_UP}, which tells
     *     nothing of it
     */
    int scanNext(byte[] newJson, int from, int to) {
        json = newJson;
        limit = to;
        seen = 0;
        int at = skipSpace(from);
        if (!is('{', at)) {
            return GIVE_UP;
        }
        at = member(skipSpace(at + 1));
        while (at != GIVE_UP && is(',', at)) {
            at = member(skipSpace(at + 1));
        }
        return at != GIVE_UP && is('}', at) && isComplete() ? at + 1 : GIVE_UP;
    }

    private boolean isComplete() {
        if (view.type() == null) {
            return false;
        }
        int required = view.type().requiredBits();
        return (seen & required) == required;
    }

    /** Reads a name and its value; returns where the next thing behind them begins. */
    private int member(int at) {
        int behindName = text(at);
        if (behindName == GIVE_UP || end - start > MAX_NAME_LENGTH) {
            return GIVE_UP;
        }
        EventField field = fieldNamed(start, end);
        int colon = skipSpace(behindName);
        if (!is(':', colon)) {
            return GIVE_UP;
        }
        int behind = value(skipSpace(colon + 1));
        if (behind == GIVE_UP || (field != null && !take(field))) {
            return GIVE_UP;
        }
        return skipSpace(behind);
    }

    /** Null if it is none of ours. */
    private EventField fieldNamed(int from, int to) {
        for (int i = 0; i < NAMES.length; i++) {
            byte[] name = NAMES[i];
            if (name.length == to - from && Arrays.equals(json, from, to, name, 0, name.length)) {
                return FIELDS[i];
            }
        }
        return null;
    }

    private boolean take(EventField field) {
        if ((seen & field.bit()) != 0) {
            return false;
        }
        seen |= field.bit();
        return switch (field.kind()) {
            case TYPE -> takeType();
            case TEXT -> takeText(view.text(field));
            case TIME -> takeTime();
            case STATUS -> takeStatus();
            case DURATION -> takeDuration();
        };
    }

    private boolean takeText(Utf8Slice slice) {
        int length = end - start;
        if (!isText || length == 0 || length > Event.MAX_STRING_LENGTH) {
            return false;
        }
        slice.set(json, start, end);
        return true;
    }

    private boolean takeType() {
        for (int i = 0; isText && i < TYPES.length; i++) {
            if (Arrays.equals(json, start, end, TYPES[i], 0, TYPES[i].length)) {
                view.type(TYPE_VALUES[i]);
                return true;
            }
        }
        return false;
    }

    private boolean takeTime() {
        if (isText || number > LATEST_TIME) {
            return false;
        }
        view.timeMillis(number);
        return true;
    }

    private boolean takeDuration() {
        if (isText || number > Event.MAX_DURATION_MS) {
            return false;
        }
        view.durationMillis(number);
        return true;
    }

    private boolean takeStatus() {
        if (isText && Arrays.equals(json, start, end, SUCCESS, 0, SUCCESS.length)) {
            view.statusCode(CallStatus.SUCCESS.code());
            return true;
        }
        if (isText && Arrays.equals(json, start, end, ERROR, 0, ERROR.length)) {
            view.statusCode(CallStatus.ERROR.code());
            return true;
        }
        if (isText) {
            boolean threeDigits = end - start == 3 && digits(start) == end;
            if (!threeDigits) {
                return false;
            }
        }
        if (number < CallStatus.MIN_CODE || number > CallStatus.MAX_CODE) {
            return false;
        }
        view.statusCode((int) number);
        return true;
    }

    private int value(int at) {
        if (is('"', at)) {
            return text(at);
        }
        isText = false;
        int behind = digits(at);
        int length = behind - at;
        boolean leadingZero = length > 1 && json[at] == '0';
        boolean plain = length > 0 && length <= MAX_DIGITS && !leadingZero;
        // Otherwise it goes on with a point or an exponent.
        return plain && behind < limit && endsValue(behind) ? behind : GIVE_UP;
    }

    private boolean endsValue(int at) {
        byte next = json[at];
        return next == ',' || next == '}' || isSpace(next);
    }

    /** Reads a whole number into {@link #number}; returns the index behind its last digit. */
    private int digits(int at) {
        int i = at;
        long value = 0;
        while (i < limit && json[i] >= '0' && json[i] <= '9' && i - at <= MAX_DIGITS) {
            value = value * 10 + (json[i] - '0');
            i++;
        }
        number = value;
        return i;
    }

    /** Reads a string of printable ASCII without escapes; returns the index behind its closing quote. */
    private int text(int at) {
        if (!is('"', at)) {
            return GIVE_UP;
        }
        int i = at + 1;
        while (i < limit && json[i] != '"') {
            // Bytes of other characters than ASCII are negative.
            if (json[i] < ' ' || json[i] == '\\' || json[i] == 0x7f) {
                return GIVE_UP;
            }
            i++;
        }
        if (i == limit) {
            return GIVE_UP;
        }
        isText = true;
        start = at + 1;
        end = i;
        return i + 1;
    }

    private boolean is(char wanted, int at) {
        return at < limit && json[at] == wanted;
    }

    private int skipSpace(int at) {
        int i = at;
        while (i < limit && isSpace(json[i])) {
            i++;
        }
        return i;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
