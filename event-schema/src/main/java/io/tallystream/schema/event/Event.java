package io.tallystream.schema.event;

import java.time.Instant;

/**
 * Something that happened once and is to be counted once. Instances have passed {@link EventReader}'s validation or are
 * built by code that keeps the same rules; the constructors do not check them again.
 */
public sealed interface Event {
    /** Milliseconds that {@code duration_ms} may have at most: one day. */
    long MAX_DURATION_MS = 86_400_000;

    /** Characters (Unicode code points) that a string field may have at most. */
    int MAX_STRING_LENGTH = 256;

    /** The producer's unique id of this event, or null. */
    String id();

    /** When it happened, in whole milliseconds, or null for the time at which Kafka received it. */
    Instant time();

    /** Who did it, or null. */
    String userId();

    /** What kind of event this is. */
    EventType type();

    /** This event under another id and time, both nullable. */
    Event with(String id, Instant time);

    /**
     * The record key on Kafka: the user, so that everything about one user is on one partition; without a user the id, so
     * that a retry meets its first try; or null when there is neither.
     */
    default String ownerKey() {
        return userId() != null ? userId() : id();
    }

    /**
     * A call of an API.
     *
     * @param endpoint route template, such as {@code /orders/{id}}
     * @param method HTTP method, or null
     * @param durationMs latency in milliseconds, 0 to {@link #MAX_DURATION_MS}, or null
     */
    record ApiCall(
            String id, Instant time, String userId, String endpoint, String method, CallStatus status, Long durationMs)
            implements Event {
        /** A call of which no more is known. */
        public static ApiCall of(String endpoint, CallStatus status) {
            return new ApiCall(null, null, null, endpoint, null, status, null);
        }

        @Override
        public EventType type() {
            return EventType.API_CALL;
        }

        @Override
        public ApiCall with(String newId, Instant newTime) {
            return new ApiCall(newId, newTime, userId, endpoint, method, status, durationMs);
        }

        /** This call by that user, nullable. */
        public ApiCall withUser(String newUserId) {
            return new ApiCall(id, time, newUserId, endpoint, method, status, durationMs);
        }

        /** This call with that HTTP method, nullable. */
        public ApiCall withMethod(String newMethod) {
            return new ApiCall(id, time, userId, endpoint, newMethod, status, durationMs);
        }

        /** This call, taking so many milliseconds, nullable. */
        public ApiCall withDuration(Long newDurationMs) {
            return new ApiCall(id, time, userId, endpoint, method, status, newDurationMs);
        }
    }

    /**
     * A click on a product.
     *
     * @param page URL path where it was clicked, or null
     */
    record Click(String id, Instant time, String userId, String productId, String page) implements Event {
        @Override
        public EventType type() {
            return EventType.CLICK;
        }

        @Override
        public Click with(String newId, Instant newTime) {
            return new Click(newId, newTime, userId, productId, page);
        }
    }

    /** A page shown. */
    record PageView(String id, Instant time, String userId, String page) implements Event {
        @Override
        public EventType type() {
            return EventType.PAGE_VIEW;
        }

        @Override
        public PageView with(String newId, Instant newTime) {
            return new PageView(newId, newTime, userId, page);
        }
    }

    /**
     * Time for which a page was visible.
     *
     * @param durationMs milliseconds, 0 to {@link #MAX_DURATION_MS}
     */
    record Dwell(String id, Instant time, String userId, String page, long durationMs) implements Event {
        @Override
        public EventType type() {
            return EventType.DWELL;
        }

        @Override
        public Dwell with(String newId, Instant newTime) {
            return new Dwell(newId, newTime, userId, page, durationMs);
        }
    }
}
