package io.tallystream.query;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Many connections to the live feed, read by one thread. */
final class LiveListeners implements AutoCloseable {
    private static final String EVENT = "event: figures\ndata: ";

    private final Selector selector = Selector.open();
    private final List<Listener> listeners = new ArrayList<>();
    private final Thread reader = new Thread(this::read, "listeners");
    private volatile boolean closed;

    private static final class Listener {
        private final SocketChannel channel;
        private final StringBuilder unread = new StringBuilder();
        private volatile String rest = "";
        private volatile String head;
        private volatile String last;
        private final AtomicInteger events = new AtomicInteger();
        private volatile boolean stalled;
        private volatile boolean ended;

        Listener(SocketChannel channel) {
            this.channel = channel;
        }

        void take(String text) {
            unread.append(text);
            if (head == null && unread.indexOf("\r\n\r\n") >= 0) {
                head = unread.substring(0, unread.indexOf("\r\n\r\n") + 2);
            }
            int begin = unread.indexOf(EVENT);
            int end = begin < 0 ? -1 : unread.indexOf("\n\n", begin);
            while (end >= 0) {
                last = unread.substring(begin + EVENT.length(), end);
                events.incrementAndGet();
                unread.delete(0, end);
                begin = unread.indexOf(EVENT);
                end = begin < 0 ? -1 : unread.indexOf("\n\n", begin);
            }
            rest = begin < 0 ? unread.toString() : "";
        }
    }

    LiveListeners(int port, int number) throws IOException {
        for (int i = 0; i < number; i++) {
            SocketChannel channel = SocketChannel.open();
            // Small, so that one that does not read is soon full.
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.write(
                    ByteBuffer.wrap(("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                                    + "Authorization: Bearer " + Api.TOKEN + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII)));
            channel.configureBlocking(false);
            Listener listener = new Listener(channel);
            channel.register(selector, SelectionKey.OP_READ, listener);
            listeners.add(listener);
        }
        reader.start();
    }

    private void read() {
        ByteBuffer bytes = ByteBuffer.allocate(65_536);
        try {
            while (!closed) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    Listener listener = (Listener) key.attachment();
                    if (listener.stalled) {
                        key.interestOps(0);
                        continue;
                    }
                    bytes.clear();
                    int read = readOrEnd(listener, bytes);
                    if (read < 0) {
                        listener.ended = true;
                        key.cancel();
                    } else {
                        listener.take(new String(bytes.array(), 0, read, StandardCharsets.ISO_8859_1));
                    }
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int readOrEnd(Listener listener, ByteBuffer bytes) {
        try {
            return listener.channel.read(bytes);
        } catch (IOException e) {
            return -1;
        }
    }

    /** Reads no more. */
    void stall(int listener) {
        listeners.get(listener).stalled = true;
    }

    String head(int listener) {
        await().until(() -> listeners.get(listener).head != null);
        return listeners.get(listener).head;
    }

    String last(int listener) {
        return listeners.get(listener).last;
    }

    /** What is no event of figures. */
    String unread(int listener) {
        return listeners.get(listener).rest;
    }

    int events(int listener) {
        return listeners.get(listener).events.get();
    }

    boolean allHave(int events) {
        return listeners.stream().allMatch(listener -> listener.events.get() >= events);
    }

    boolean allButFirstHave(int events) {
        return listeners.stream().skip(1).allMatch(listener -> listener.events.get() >= events);
    }

    long ended() {
        return listeners.stream().filter(listener -> listener.ended).count();
    }

    long heapInUse() {
        // The least of some: garbage that is not collected yet is no use.
        return IntStream.range(0, 3)
                .mapToLong(round -> {
                    System.gc();
                    return Runtime.getRuntime().totalMemory()
                            - Runtime.getRuntime().freeMemory();
                })
                .min()
                .orElseThrow();
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            reader.join();
            for (Listener listener : listeners) {
                listener.channel.close();
            }
            selector.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
