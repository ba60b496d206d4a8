package io.tallystream.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One connection to a server on this machine that takes as little processor time as can be. Answers have a length. For one
 * thread.
 */
public final class HttpConnection implements AutoCloseable {
    private static final int TIMEOUT_MS = 30_000;
    private static final String LENGTH = "content-length:";
    private static final byte[] NOTHING = {};

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final String headers;

    /** What was answered. */
    public record Answer(int status, String body) {}

    /** @param key that each request is sent with */
    public HttpConnection(int port, String key) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new BufferedInputStream(socket.getInputStream());
        headers = " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n";
    }

    /** Sends JSON and waits for the answer. */
    public Answer post(String path, byte[] body) throws IOException {
        return send(
                "POST " + path + headers + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n",
                body);
    }

    /** Asks and waits for the answer. */
    public Answer get(String path) throws IOException {
        return send("GET " + path + headers, NOTHING);
    }

    private Answer send(String head, byte[] body) throws IOException {
        byte[] begin = (head + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[begin.length + body.length];
        System.arraycopy(begin, 0, request, 0, begin.length);
        System.arraycopy(body, 0, request, begin.length, body.length);
        out.write(request);
        int status = Integer.parseInt(readLine().substring(9, 12));
        int length = 0;
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            if (line.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                length = Integer.parseInt(line.substring(LENGTH.length()).strip());
            }
        }
        return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("connection closed after: " + line);
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
