package io.tallystream.faults.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystream.faults.system.FlakyProxy.Weather;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlakyProxyIT {
    private ServerSocket listener;
    private FlakyProxy proxy;
    private Socket client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        proxy = FlakyProxy.start(listener.getLocalPort());
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        server = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        proxy.close();
        listener.close();
    }

    @Test
    void shouldHandOnBothWays() throws IOException {
        write(client, "ask");
        assertThat(read(server, 3)).isEqualTo("ask");
        write(server, "answer");
        assertThat(read(client, 6)).isEqualTo("answer");

        client.shutdownOutput();
        assertThat(server.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void shouldKeepWhatIsCutOffUntilItIsFairAgain() throws IOException {
        proxy.set(Weather.BLACK_HOLE);
        write(client, "ask");

        server.setSoTimeout(300);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> server.getInputStream().read());

        server.setSoTimeout(0);
        proxy.set(Weather.FAIR);
        assertThat(read(server, 3)).isEqualTo("ask");
    }

    @Test
    void shouldDeliverOldConnectionsAfterNewOnesEvenIfTheirClientIsGone() throws IOException {
        proxy.set(Weather.OLD_CONNECTIONS_HELD);
        write(client, "old");
        client.close();

        try (Socket later = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                Socket servant = listener.accept()) {
            write(later, "new");
            assertThat(read(servant, 3)).isEqualTo("new");
        }
        server.setSoTimeout(300);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> server.getInputStream().read());

        server.setSoTimeout(0);
        proxy.set(Weather.FAIR);
        assertThat(read(server, 3)).isEqualTo("old");
    }

    @Test
    void shouldLoseAnswersOnly() throws IOException {
        proxy.set(Weather.ANSWERS_LOST);
        write(client, "ask");
        assertThat(read(server, 3)).isEqualTo("ask");
        write(server, "answer");

        assertBroken();
    }

    @Test
    void shouldResetConnections() {
        proxy.set(Weather.RESET);

        assertBroken();
    }

    @Test
    void shouldHandOnSlowly() throws IOException {
        proxy.set(Weather.SLOW);
        write(client, "ask");

        assertThat(read(server, 3)).isEqualTo("ask");
    }

    private void assertBroken() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> client.getInputStream().read());
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    private static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), UTF_8);
    }
}
