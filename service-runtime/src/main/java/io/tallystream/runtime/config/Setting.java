package io.tallystream.runtime.config;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;

/**
 * A variable of the environment.
 *
 * @param name as in the environment
 * @param defaultText what it is if it is not set, as one would write it; the empty string for variables that have no default
 * @param secret whether its value must never be shown
 * @param meaning a sentence for the operator
 * @param expected what a value has to be, to follow "must be"
 * @param parser throws any {@link RuntimeException} for text that is not such a value
 */
public record Setting<T>(
        String name, String defaultText, boolean secret, String meaning, String expected, Function<String, T> parser) {
    /** Requires all. */
    public Setting {
        requireNonNull(name, "name");
        requireNonNull(defaultText, "defaultText");
        requireNonNull(meaning, "meaning");
        requireNonNull(expected, "expected");
        requireNonNull(parser, "parser");
    }

    T defaultValue() {
        return parser.apply(defaultText);
    }

    Setting<T> asSecret() {
        return new Setting<>(name, defaultText, true, meaning, expected, parser);
    }
}
