package io.tallystream.embedded;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One connection to a Redis on this machine, enough to set servers up and to ask how they are. For one thread. */
final class RespConnection implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 5_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    /** Redis answered, and it was an error. */
    static final class ErrorReply extends IOException {

        private static final long serialVersionUID = 1L;

        ErrorReply(String message) {
            super(message);
        }
    }

    private RespConnection(int port) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(LoopbackPorts.loopback(), port), TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** A connection that is logged in, if there is a password. */
    static RespConnection open(int port, String password) throws IOException {
        RespConnection connection = new RespConnection(port);
        try {
            if (!password.isEmpty()) {
                connection.call("AUTH", password);
            }
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * The reply: text, with the parts of a list each on a line; null if there is nothing.
     *
     * @throws ErrorReply if it is an error
     */
    String call(String... words) throws IOException {
        socket.getOutputStream().write(RedisProbe.command(words));
        return reply();
    }

    private String reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ':' -> rest;
            case '-' -> throw new ErrorReply(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> list(Integer.parseInt(rest));
            default -> throw new IOException("not a reply: " + line);
        };
    }

    private String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] text = in.readNBytes(length);
        line();
        return new String(text, StandardCharsets.UTF_8);
    }

    private String list(int size) throws IOException {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            parts.add(String.valueOf(reply()));
        }
        return String.join("\n", parts);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("Redis has closed the connection");
            }
            line.append((char) next);
        }
        // Without the carriage return.
        line.setLength(Math.max(0, line.length() - 1));
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
