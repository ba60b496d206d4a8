package io.tallystream.examples;

import static java.util.Objects.requireNonNull;

import io.tallystream.client.Event;
import java.time.Duration;

/**
 * A call of this service that has been answered. Only what can be counted: texts that no event may have are left out.
 *
 * @param endpoint route template such as {@code /orders/{id}}, never a path with ids in it; {@value #OTHER} if it is no text
 * @param method of HTTP, or null
 * @param status of HTTP; one that there is not is 500, as RFC 9110 has it
 * @param duration how long it took; a day at most
 * @param user who called, or null
 */
public record Call(String endpoint, String method, int status, Duration duration, String user) {
    private static final String OTHER = "other";
    private static final int MAX_TEXT = 256;
    private static final Duration MAX_DURATION = Duration.ofDays(1);

    public Call {
        endpoint = isText(endpoint) ? endpoint : OTHER;
        method = isText(method) ? method : null;
        status = status >= 100 && status <= 599 ? status : 500;
        duration = requireNonNull(duration, "duration").compareTo(MAX_DURATION) < 0 ? duration : MAX_DURATION;
        user = isText(user) ? user : null;
    }

    private static boolean isText(String text) {
        return text != null
                && !text.isEmpty()
                && text.codePointCount(0, text.length()) <= MAX_TEXT
                && text.codePoints()
                        .map(Character::getType)
                        .noneMatch(type -> type == Character.CONTROL || type == Character.SURROGATE);
    }

    /** As an event of now, with an id of its own. */
    Event toEvent() {
        Event event = Event.apiCall(endpoint, status).duration(duration);
        event = method == null ? event : event.method(method);
        return user == null ? event : event.user(user);
    }
}
