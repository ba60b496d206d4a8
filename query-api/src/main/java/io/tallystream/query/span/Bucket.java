package io.tallystream.query.span;

import io.tallystream.schema.count.Window;
import java.time.Instant;

/**
 * A window and the time it spans.
 *
 * @param end the first instant after it
 */
public record Bucket(Window window, Instant start, Instant end) {}
