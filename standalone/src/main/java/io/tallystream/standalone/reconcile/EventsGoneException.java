package io.tallystream.standalone.reconcile;

/** Events cannot be recounted, because they are kept no more. */
public final class EventsGoneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EventsGoneException(String message) {
        super(message);
    }
}
