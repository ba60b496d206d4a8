package io.tallystream.faults.system;

import io.tallystream.runtime.lifecycle.DaemonThreads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Hands bytes on between clients and a server on this machine, as a network does: well, late, for a while not at all, or with
 * connections that break. Two threads for each connection. Thread-safe.
 */
public final class FlakyProxy implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final int BUFFER = 16_384;
    private static final long SLOWNESS_MILLIS = 200;

    private final ServerSocket listener;
    private final int target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(new DaemonThreads("flaky-proxy"));
    private final Object change = new Object();
    private volatile Weather weather = Weather.FAIR;
    // Connections that were there when the weather began.
    private volatile Set<Link> old = Set.of();
    private volatile boolean closed;

    /** What becomes of bytes. */
    public enum Weather {
        /** They arrive. */
        FAIR,
        /** They arrive late, by a fifth of a second each way. */
        SLOW,
        /** They stay on the way until it is fair again; connections are taken and nothing comes of them. */
        BLACK_HOLE,
        /** What goes over connections that are there when it begins stays on the way until it is fair again; others are well. */
        OLD_CONNECTIONS_HELD,
        /** What the server answers is lost, and the connection with it. */
        ANSWERS_LOST,
        /** All connections are reset, and new ones too. */
        RESET
    }

    private FlakyProxy(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
    }

    /**
     * Begins, in fair weather, on a port of its own.
     *
     * @param target port of the server on 127.0.0.1, which need not be there
     */
    public static FlakyProxy start(int target) throws IOException {
        FlakyProxy proxy = new FlakyProxy(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), target);
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    /** Where clients connect to. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Changes what becomes of bytes, also of those on the way. */
    public void set(Weather next) {
        synchronized (change) {
            old = Set.copyOf(links);
            weather = next;
            change.notifyAll();
        }
        if (next == Weather.RESET) {
            links.forEach(Link::reset);
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                threads.execute(() -> connect(client));
            } catch (IOException e) {
                // Closed, or the client is gone already.
            }
        }
    }

    private void connect(Socket client) {
        Link link = new Link(client, new Socket());
        links.add(link);
        if (weather == Weather.RESET || closed) {
            link.reset();
            return;
        }
        try {
            client.setTcpNoDelay(true);
            link.server().setTcpNoDelay(true);
            link.server().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            threads.execute(() -> link.hand(client, link.server(), false));
            link.hand(link.server(), client, true);
        } catch (IOException e) {
            link.reset();
        }
    }

    /** Returns when bytes may go on; whether they may. */
    private boolean mayPass(Link link, boolean answers) throws InterruptedException {
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SLOWNESS_MILLIS);
        Weather now;
        synchronized (change) {
            while (!closed && (isHeld(link) || (weather == Weather.SLOW && System.nanoTime() < due))) {
                change.wait(SLOWNESS_MILLIS);
            }
            now = weather;
        }
        return !closed && now != Weather.RESET && !(answers && now == Weather.ANSWERS_LOST);
    }

    private boolean isHeld(Link link) {
        return weather == Weather.BLACK_HOLE || (weather == Weather.OLD_CONNECTIONS_HELD && old.contains(link));
    }

    /** Both halves of a connection. */
    private final class Link {
        private final Socket client;
        private final Socket server;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        Socket server() {
            return server;
        }

        void hand(Socket from, Socket to, boolean answers) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                int length = in.read(buffer);
                while (length >= 0 && mayPass(this, answers)) {
                    out.write(buffer, 0, length);
                    length = in.read(buffer);
                }
                if (length < 0 && mayPass(this, answers)) {
                    to.shutdownOutput();
                    if (from.isOutputShutdown()) {
                        end();
                    }
                } else {
                    reset();
                }
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                reset();
            }
        }

        private void end() {
            links.remove(this);
            close(client);
            close(server);
        }

        void reset() {
            try {
                client.setSoLinger(true, 0);
                server.setSoLinger(true, 0);
            } catch (IOException e) {
                // It is closed already.
            }
            end();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        synchronized (change) {
            change.notifyAll();
        }
        links.forEach(Link::reset);
        threads.shutdownNow();
    }
}
