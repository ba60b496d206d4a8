package io.tallystream.query.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * A file in memory, compressed once. Clients that have it already get 304.
 *
 * @param content as it is
 * @param zipped the same through gzip
 * @param tag changes with the content
 */
record StaticFile(String type, Buffer content, Buffer zipped, String tag) {
    /** For a path that always has this content. */
    static final String FOREVER = "public, max-age=31536000, immutable";
    /** For a path whose content may change: to be asked about each time. */
    static final String ASK = "no-cache";

    private static final int TAG_BYTES = 9;

    static StaticFile of(String type, byte[] content) {
        return new StaticFile(type, Buffer.buffer(content), Buffer.buffer(zip(content)), tag(content));
    }

    /** The bytes of a resource. */
    static byte[] read(String resource) {
        try (InputStream in = StaticFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** Short, for a path or a header. */
    static String tag(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, TAG_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java has it.
        }
    }

    private static byte[] zip(byte[] content) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }

    /** Answers with it. */
    void send(RoutingContext context, String caching) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        String quoted = '"' + tag + '"';
        response.putHeader(HttpHeaders.ETAG, quoted)
                .putHeader(HttpHeaders.CACHE_CONTROL, caching)
                .putHeader(HttpHeaders.VARY, "Accept-Encoding");
        String known = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        if (known != null && known.contains(quoted)) {
            JsonResponse.ignore(response.setStatusCode(304).end());
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, type);
        String encodings = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        if (encodings != null && encodings.contains("gzip")) {
            JsonResponse.ignore(
                    response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(zipped));
        } else {
            JsonResponse.ignore(response.end(content));
        }
    }
}
