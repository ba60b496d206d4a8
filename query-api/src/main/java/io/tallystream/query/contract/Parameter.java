package io.tallystream.query.contract;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A parameter as the contract describes it.
 *
 * @param place {@code path} or {@code query}
 * @param choices the values there are; empty: any
 * @param least of a number
 * @param most of a number; of a text, how many characters
 */
public record Parameter(
        String name,
        Place place,
        boolean required,
        Type type,
        List<String> choices,
        long least,
        long most,
        Optional<String> absent,
        String description) {
    private static final int DEFAULT_LENGTH = 256;

    /** Where it stands in a request. */
    public enum Place {
        /** A part of the path. */
        PATH,
        /** After the question mark. */
        QUERY
    }

    /** What its value is. */
    public enum Type {
        /** Some characters. */
        TEXT,
        /** A whole number. */
        NUMBER
    }

    /** Requires all. */
    public Parameter {
        requireNonNull(name, "name");
        requireNonNull(absent, "absent");
        choices = List.copyOf(choices);
    }

    static Parameter read(JsonNode node) {
        JsonNode schema = node.path("schema");
        boolean isNumber = schema.path("type").asText().equals("integer");
        List<String> choices = new ArrayList<>();
        schema.path("enum").forEach(choice -> choices.add(choice.asText()));
        return new Parameter(
                node.path("name").asText(),
                node.path("in").asText().equals("path") ? Place.PATH : Place.QUERY,
                node.path("required").asBoolean(),
                isNumber ? Type.NUMBER : Type.TEXT,
                choices,
                schema.path("minimum").asLong(0),
                isNumber
                        ? schema.path("maximum").asLong(Long.MAX_VALUE)
                        : schema.path("maxLength").asLong(DEFAULT_LENGTH),
                schema.has("default") ? Optional.of(schema.path("default").asText()) : Optional.empty(),
                node.path("description").asText());
    }

    /**
     * Judges a value.
     *
     * @throws RefusedException if it is not what the contract says
     */
    void check(String text) {
        if (!choices.isEmpty()) {
            require(choices.contains(text), "one of " + String.join(", ", choices));
        } else if (type == Type.NUMBER) {
            require(isNumber(text), "a whole number from %d to %d".formatted(least, most));
        } else {
            require(
                    !text.isEmpty() && text.codePointCount(0, text.length()) <= most,
                    "of 1 to " + most + " characters");
            require(text.chars().noneMatch(Character::isISOControl), "without control characters");
            require(isUnicode(text), "valid UTF-8");
        }
    }

    private void require(boolean holds, String expected) {
        if (!holds) {
            throw RefusedException.badParameter(name, "%s must be %s".formatted(name, expected));
        }
    }

    private boolean isNumber(String text) {
        try {
            long number = Long.parseLong(text);
            return Long.toString(number).equals(text) && number >= least && number <= most;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    // Bytes that are no UTF-8 were made replacement characters when the request was read; no event has one by that
    // name.
    private static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(point -> point == '\uFFFD' || (point >= 0xD800 && point <= 0xDFFF));
    }
}
