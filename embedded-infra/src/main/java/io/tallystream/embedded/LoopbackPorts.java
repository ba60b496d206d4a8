package io.tallystream.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of 127.0.0.1. */
public final class LoopbackPorts {

    // Below the range from which operating systems serve outgoing connections: a client of somebody else's cannot take
    // the port between our look and the server's bind.
    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 30_000;
    private static final int ATTEMPTS = 1_000;
    private static final int CLUSTER_BUS_OFFSET = 10_000;

    // Nor can another process of ours, which runs tests at the same time.
    private static final Optional<PortClaims> CLAIMS = PortClaims.in(Path.of(
            System.getProperty("java.io.tmpdir"), "tallystream-ports-" + System.getProperty("user.name") + ".lock"));

    private LoopbackPorts() {}

    /**
     * Turns a configured port into one to listen on.
     *
     * @param port 0 for any that is free
     * @throws EmbeddedStartException if the port, or every port, is taken
     */
    static int resolve(int port) {
        if (port == 0) {
            return anyFree();
        }
        try {
            bind(port);
            return port;
        } catch (BindException e) {
            boolean taken = String.valueOf(e.getMessage()).contains("in use");
            String problem = taken ? "is already in use" : "cannot be opened: " + e.getMessage();
            throw new EmbeddedStartException("port " + port + " " + problem, e);
        } catch (IOException e) {
            throw new EmbeddedStartException("port " + port + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** As many free ports, all different. */
    public static List<Integer> anyFree(int count) {
        Set<Integer> ports = new LinkedHashSet<>();
        while (ports.size() < count) {
            ports.add(anyFree());
        }
        return List.copyOf(ports);
    }

    /** As many free ports, all different, each with the one that a node of a Redis Cluster also needs, 10000 above it, free. */
    static List<Integer> anyFreeForCluster(int count) {
        Set<Integer> ports = new LinkedHashSet<>();
        while (ports.size() < count) {
            int port = anyFree();
            if (port <= HIGHEST - CLUSTER_BUS_OFFSET && isOurs(port + CLUSTER_BUS_OFFSET)) {
                ports.add(port);
            }
        }
        return List.copyOf(ports);
    }

    private static boolean isOurs(int port) {
        try {
            bind(port);
            return CLAIMS.map(claims -> claims.claim(port)).orElse(true);
        } catch (IOException e) {
            return false;
        }
    }

    /** A free port other than the given one. */
    static int anyFreeExcept(int taken) {
        int port = anyFree();
        return port == taken ? anyFreeExcept(taken) : port;
    }

    static void requireInRange(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be between 0 and 65535: " + port);
        }
    }

    /**
     * A free port. It is below those that operating systems give to clients, and other processes of this user draw others, so
     * that none of them takes it before it is used.
     */
    public static int anyFree() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isOurs(port)) {
                return port;
            }
        }
        throw new EmbeddedStartException("no free port between " + LOWEST + " and " + HIGHEST);
    }

    private static void bind(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            // As the servers do: a port in TIME_WAIT after a restart is free.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(loopback(), port));
        }
    }

    /** 127.0.0.1, whatever the JVM prefers to call loopback. */
    static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
