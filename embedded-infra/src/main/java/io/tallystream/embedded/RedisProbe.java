package io.tallystream.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a Redis on this machine how it is, in RESP over a plain socket: a client library would be a large guest here. */
final class RedisProbe {

    private static final int TIMEOUT_MILLIS = 1_000;

    /** What came back. */
    enum Answer {
        /** Serves clients. */
        READY,
        /** Alive, but still reading its data. */
        LOADING,
        /** Nothing in time, or something else. */
        NONE
    }

    private RedisProbe() {}

    static Answer ask(int port, String password) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(LoopbackPorts.loopback(), port), TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(command("AUTH", password));
            out.write(command("PING"));
            BufferedReader replies =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            return answer(replies.readLine(), replies.readLine());
        } catch (IOException e) {
            return Answer.NONE;
        }
    }

    static byte[] command(String... words) {
        StringBuilder resp = new StringBuilder("*").append(words.length).append("\r\n");
        for (String word : words) {
            int length = word.getBytes(StandardCharsets.UTF_8).length;
            resp.append('$').append(length).append("\r\n").append(word).append("\r\n");
        }
        return resp.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Answer answer(String toAuth, String toPing) {
        if (!"+OK".equals(toAuth) || toPing == null) {
            return Answer.NONE;
        }
        if (toPing.startsWith("-LOADING")) {
            return Answer.LOADING;
        }
        return "+PONG".equals(toPing) ? Answer.READY : Answer.NONE;
    }
}
