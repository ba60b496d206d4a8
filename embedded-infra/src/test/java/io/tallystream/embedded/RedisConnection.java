package io.tallystream.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Enough of a Redis client for these tests. */
final class RedisConnection implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader replies;

    private RedisConnection(int port) throws IOException {
        socket = new Socket(LoopbackPorts.loopback(), port);
        replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Logs in with the password in the URI, as a client library does. */
    static RedisConnection to(EmbeddedRedis redis) throws IOException {
        URI uri = URI.create(redis.uri());
        RedisConnection connection = new RedisConnection(uri.getPort());
        connection.call("AUTH", uri.getUserInfo().substring(1));
        return connection;
    }

    static RedisConnection withoutPassword(int port) throws IOException {
        return new RedisConnection(port);
    }

    /** The reply: a bulk string's content, else its line with the type mark. */
    String call(String... words) throws IOException {
        socket.getOutputStream().write(RedisProbe.command(words));
        String first = replies.readLine();
        return first.startsWith("$") && !"$-1".equals(first) ? replies.readLine() : first;
    }

    /** Replies with name and value, each a length and a line. */
    String setting(String name) throws IOException {
        call("CONFIG", "GET", name);
        replies.readLine();
        replies.readLine();
        replies.readLine();
        return replies.readLine();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
