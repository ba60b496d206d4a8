package io.tallystream.ingest.intake;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What is decided about events beyond their form.
 *
 * @param allowedLateness how old an event may be
 * @param allowedSkew how far ahead of our clock an event's time may be
 * @param templateEndpoints whether endpoints are raw paths, of which templates have to be made
 */
public record IntakeRules(Duration allowedLateness, Duration allowedSkew, boolean templateEndpoints) {
    /** Requires all. */
    public IntakeRules {
        requireNonNull(allowedLateness, "allowedLateness");
        requireNonNull(allowedSkew, "allowedSkew");
    }
}
