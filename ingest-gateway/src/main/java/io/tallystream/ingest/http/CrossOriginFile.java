package io.tallystream.ingest.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A file that anybody may have, of whatever page, served from memory. Immutable. */
public final class CrossOriginFile implements Handler<RoutingContext> {
    private static final int NOT_MODIFIED = 304;
    private static final int TAG_BYTES = 16;

    private final Buffer content;
    private final String type;
    private final String tag;

    /**
     * Reads it.
     *
     * @param resource its absolute name on the class path
     * @throws IllegalStateException if there is none
     */
    public CrossOriginFile(String resource, String type) {
        byte[] bytes = read(resource);
        this.content = Buffer.buffer(bytes);
        this.type = type;
        this.tag = '"' + digest(bytes) + '"';
    }

    @Override
    public void handle(RoutingContext context) {
        HttpMethod method = context.request().method();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            context.fail(405);
            return;
        }
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, tag)
                .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=3600")
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .putHeader("Cross-Origin-Resource-Policy", "cross-origin")
                .putHeader("X-Content-Type-Options", "nosniff");
        Future<Void> sent = tag.equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))
                ? response.setStatusCode(NOT_MODIFIED).end()
                : response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(content);
        sent.onFailure(gone -> {
            // The client went away; there is nobody to tell.
        });
    }

    private static byte[] read(String resource) {
        try (InputStream in = CrossOriginFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, TAG_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
