package io.tallystream.query.http;

import static java.nio.charset.CodingErrorAction.REPORT;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tallystream.query.contract.RefusedException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What a browser signs in with.
 *
 * @param isCode whether it is a one-time code; else a key
 * @param secret never in a message
 */
record SignIn(boolean isCode, String secret) {
    /** How long a body may be. */
    static final int MAX_BYTES = 16 * 1024;

    private static final String TOKEN = "token";
    private static final String CODE = "code";
    private static final int MAX_SHOWN = 64;
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads a body.
     *
     * @throws RefusedException if it is not an object with either a token or a code, and nothing else
     */
    static SignIn read(Buffer body) {
        String text = text(body);
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw notSuch();
            }
            SignIn read = null;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                if (!field.equals(TOKEN) && !field.equals(CODE)) {
                    String shown = field.length() > MAX_SHOWN ? field.substring(0, MAX_SHOWN) : field;
                    throw RefusedException.badField(
                            shown, "the field " + shown + " is not known here; known: token, code");
                }
                if (read != null) {
                    throw RefusedException.badField(field, "one of token and code is needed, once");
                }
                if (json.nextToken() != JsonToken.VALUE_STRING || json.getText().isEmpty()) {
                    throw RefusedException.badField(field, field + " must be text");
                }
                read = new SignIn(field.equals(CODE), json.getText());
            }
            if (read == null) {
                throw RefusedException.badField(TOKEN, "one of token and code is needed, once");
            }
            if (json.nextToken() != null) {
                throw notSuch();
            }
            return read;
        } catch (IOException e) {
            // Jackson's own message would quote the body.
            throw notSuch();
        }
    }

    private static String text(Buffer body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(REPORT)
                    .onUnmappableCharacter(REPORT)
                    .decode(ByteBuffer.wrap(body.getBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw notSuch();
        }
    }

    private static RefusedException notSuch() {
        return RefusedException.badField("", "the body must be a JSON object with token or code");
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return isCode ? CODE : TOKEN;
    }
}
