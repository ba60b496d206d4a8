package io.tallystream.ingest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One HTTP/1.1 connection, for what an HTTP client would hide or refuse to do. */
final class RawConnection implements AutoCloseable {
    private static final int TIMEOUT_MS = 30_000;

    private final Socket socket;
    private final InputStream in;

    /** Header names are in lower case. */
    record Answer(int status, Map<String, String> headers, String body) {
        String mediaType() {
            return headers.get("content-type");
        }
    }

    RawConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MS);
        // A body that is sent behind its head would wait for the other side's delayed acknowledgement.
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Lines are separated as HTTP wants it; an empty one goes behind them. */
    RawConnection sendHead(String... lines) throws IOException {
        return sendBody(String.join("\r\n", lines) + "\r\n\r\n");
    }

    RawConnection sendBody(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    RawConnection sendBytes(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Waits until the other side has closed, in whatever way, and reads what comes before that. */
    RawConnection awaitClosed() throws IOException {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (SocketTimeoutException e) {
            throw new AssertionError("not closed within " + TIMEOUT_MS + " ms", e);
        } catch (SocketException e) {
            // A reset is an end too.
        }
        return this;
    }

    Answer read() throws IOException {
        int status = Integer.parseInt(readLine().split(" ", 3)[1]);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            String[] nameAndValue = line.split(": ", 2);
            headers.put(nameAndValue[0].toLowerCase(Locale.ROOT), nameAndValue[1]);
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
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

    /** Without a goodbye: the other side sees a reset. */
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
