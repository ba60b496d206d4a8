package io.tallystream.ingest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections on none of which a whole request ever comes. Most are silent; on every tenth the head drips, a byte a second,
 * and on another tenth the body. Each that the other side closes is followed by another of its kind.
 */
final class Crowd implements AutoCloseable {
    private static final int KINDS = 10;
    private static final int OPENED_AT_ONCE = 500;
    private static final long SELECT_MS = 10;
    private static final long DRIP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int STATUS_LENGTH = "HTTP/1.1 408".length();

    private final InetSocketAddress target;
    private final int size;
    private final Selector selector = Selector.open();
    private final ByteBuffer received = ByteBuffer.allocate(4 * 1024);
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger cutOff = new AtomicInteger();
    private final Set<String> answers = new ConcurrentSkipListSet<>();
    private final CompletableFuture<Void> running;
    private volatile boolean coming = true;
    private volatile boolean closed;
    private long nextDripNanos = System.nanoTime();

    private enum Kind {
        SILENT(""),
        HEAD("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
        BODY(String.join("\r\n", OneGateway.rawPost(OneGateway.LIMIT)) + "\r\n\r\n");

        private final String beginning;

        Kind(String beginning) {
            this.beginning = beginning;
        }

        static Kind of(int number) {
            return switch (number % KINDS) {
                case 0 -> HEAD;
                case 1 -> BODY;
                default -> SILENT;
            };
        }
    }

    Crowd(int port, int size) throws IOException {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.size = size;
        running = CompletableFuture.runAsync(this::run, task -> new Thread(task, "crowd").start());
    }

    /** How many are open. */
    int open() {
        return open.get();
    }

    /** How many the other side has closed. */
    int cutOff() {
        return cutOff.get();
    }

    /** The beginnings of what was answered to any of them. */
    Set<String> answers() {
        return answers;
    }

    /** From now on none follows. */
    void stopComing() {
        coming = false;
    }

    /** Completes, exceptionally, if it goes on no longer. */
    CompletableFuture<Void> running() {
        return running;
    }

    @Override
    public void close() {
        closed = true;
        running.join();
    }

    private void run() {
        int number = 0;
        try {
            while (!closed) {
                for (int i = 0; i < OPENED_AT_ONCE && coming && open.get() < size; i++) {
                    connect(Kind.of(number++));
                }
                selector.select(this::read, SELECT_MS);
                if (System.nanoTime() - nextDripNanos >= 0) {
                    nextDripNanos += DRIP_NANOS;
                    selector.keys().forEach(this::drip);
                }
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new IllegalStateException("with " + open + " connections", e);
        }
    }

    private void connect(Kind kind) throws IOException {
        SocketChannel channel = SocketChannel.open(target);
        open.incrementAndGet();
        channel.write(StandardCharsets.US_ASCII.encode(kind.beginning));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, kind);
    }

    private void read(SelectionKey key) {
        try {
            int length = ((SocketChannel) key.channel()).read(received.clear());
            if (length < 0) {
                leave(key);
            } else if (length >= STATUS_LENGTH) {
                answers.add(new String(received.array(), 0, STATUS_LENGTH, StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // A reset is an end too.
            leave(key);
        }
    }

    private void drip(SelectionKey key) {
        if (key.attachment() == Kind.SILENT || !key.isValid()) {
            return;
        }
        try {
            ((SocketChannel) key.channel()).write(ByteBuffer.wrap(new byte[] {'x'}));
        } catch (IOException e) {
            leave(key);
        }
    }

    private void leave(SelectionKey key) {
        key.cancel();
        try {
            key.channel().close();
        } catch (IOException e) {
            // It is gone all the same.
        }
        open.decrementAndGet();
        cutOff.incrementAndGet();
    }
}
