package io.tallystream.runtime.security;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A JSON array of keys, a line each. Strict: a field that is not known could be a misspelt limit, and leaving it out would
 * open what was meant to be closed.
 */
final class KeyFileFormat {
    private static final String KEY_NAME = "name";
    private static final String SCOPE = "scope";
    private static final String DIGEST = "sha256";
    private static final String RATE = "rate";
    private static final String ORIGINS = "origins";
    private static final String CREATED = "created";
    private static final JsonFactory JSON = new JsonFactory();

    private KeyFileFormat() {}

    static byte[] write(List<ApiKey> keys) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        lines.write('[');
        for (int i = 0; i < keys.size(); i++) {
            lines.write(i == 0 ? '\n' : ',');
            if (i > 0) {
                lines.write('\n');
            }
            lines.writeBytes(line(keys.get(i)));
        }
        lines.write('\n');
        lines.write(']');
        lines.write('\n');
        return lines.toByteArray();
    }

    private static byte[] line(ApiKey key) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField(KEY_NAME, key.name());
            json.writeStringField(SCOPE, key.scope().wireName());
            json.writeStringField(DIGEST, key.digest());
            if (key.rate().isPresent()) {
                json.writeNumberField(RATE, key.rate().getAsInt());
            }
            if (!key.origins().isEmpty()) {
                json.writeArrayFieldStart(ORIGINS);
                for (String origin : key.origins().stream().sorted().toList()) {
                    json.writeString(origin);
                }
                json.writeEndArray();
            }
            json.writeStringField(CREATED, key.created().toString());
            json.writeEndObject();
        }
        return line.toByteArray();
    }

    static List<ApiKey> read(byte[] content) throws KeyFileException {
        try (JsonParser json = JSON.createParser(content)) {
            List<ApiKey> keys = new ArrayList<>();
            Set<String> names = new HashSet<>();
            expect(json, json.nextToken() == JsonToken.START_ARRAY, "must be an array of keys");
            while (json.nextToken() != JsonToken.END_ARRAY) {
                expect(json, json.currentToken() == JsonToken.START_OBJECT, "each key must be an object");
                expect(json, keys.size() < KeyFile.MAX_KEYS, "has more than " + KeyFile.MAX_KEYS + " keys");
                ApiKey key = new Draft().read(json);
                expect(json, names.add(key.name()), "name " + key.name() + " comes twice");
                keys.add(key);
            }
            expect(json, json.nextToken() == null, "has something behind the array");
            refuseSharedSecrets(keys);
            return List.copyOf(keys);
        } catch (KeyFileException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new KeyFileException(e.getMessage(), e);
        } catch (IOException e) {
            // Jackson's own message would quote the file.
            throw new KeyFileException("is not JSON", null);
        }
    }

    private static void refuseSharedSecrets(List<ApiKey> keys) {
        ApiKeys.of(keys);
    }

    private static void expect(JsonParser json, boolean kept, String rule) throws KeyFileException {
        if (!kept) {
            throw new KeyFileException(
                    "line %d: %s".formatted(json.currentTokenLocation().getLineNr(), rule), null);
        }
    }

    /** The fields of one key while it is read. */
    private static final class Draft {
        private final Set<String> seen = new HashSet<>();
        private String name = "";
        private String scope = "";
        private String digest = "";
        private OptionalInt rate = OptionalInt.empty();
        private final Set<String> origins = new LinkedHashSet<>();
        private String created = "";

        ApiKey read(JsonParser json) throws IOException {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                expect(json, seen.add(field), field + " comes twice");
                json.nextToken();
                take(field, json);
            }
            try {
                return new ApiKey(
                        ApiKey.requireName(name),
                        KeyScope.ofWireName(scope)
                                .orElseThrow(() ->
                                        new IllegalArgumentException("scope must be ingest, collect, read or admin")),
                        digest,
                        rate,
                        origins,
                        Instant.parse(created));
            } catch (IllegalArgumentException e) {
                throw located(json, e.getMessage(), e);
            } catch (DateTimeException e) {
                throw located(json, "created must be a time as 2026-11-21T10:00:00Z", e);
            }
        }

        private void take(String field, JsonParser json) throws IOException {
            switch (field) {
                case KEY_NAME -> name = text(field, json);
                case SCOPE -> scope = text(field, json);
                case DIGEST -> digest = text(field, json);
                case CREATED -> created = text(field, json);
                case RATE -> {
                    expect(json, json.currentToken() == JsonToken.VALUE_NUMBER_INT, "rate must be a whole number");
                    rate = OptionalInt.of(json.getIntValue());
                }
                case ORIGINS -> {
                    expect(json, json.currentToken() == JsonToken.START_ARRAY, "origins must be an array");
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        origins.add(text(field, json));
                    }
                }
                default -> expect(json, false, "a field is not one of name, scope, sha256, rate, origins, created");
            }
        }

        private static String text(String field, JsonParser json) throws IOException {
            expect(json, json.currentToken() == JsonToken.VALUE_STRING, field + " must be text");
            return json.getText();
        }

        private static KeyFileException located(JsonParser json, String rule, Exception cause) {
            return new KeyFileException(
                    "line %d: %s".formatted(json.currentTokenLocation().getLineNr(), rule), cause);
        }
    }
}
