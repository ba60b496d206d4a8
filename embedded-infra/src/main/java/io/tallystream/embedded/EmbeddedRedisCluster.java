package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A Redis Cluster for tests of what happens when servers are lost or change places: {@value #MASTERS} masters with a replica
 * each, on 127.0.0.1 behind a password. Node {@code i} is a master and node {@code i + MASTERS} its replica, until a failover
 * changes that. Nothing is on disk: a node that is killed and restarted has what its master then gives it.
 *
 * <p>A master that is silent for {@value #NODE_TIMEOUT_MILLIS} ms is replaced by its replica. While a part of the keys has no
 * master, the whole cluster refuses commands with {@code CLUSTERDOWN}.
 *
 * <p>Instances are single-use; for one thread. The servers end with this JVM, unless it is killed.
 */
public final class EmbeddedRedisCluster implements AutoCloseable {

    /** How many masters there are, and how many replicas. */
    public static final int MASTERS = 3;

    /** How long a node is silent before the others give it up. */
    public static final int NODE_TIMEOUT_MILLIS = 1_500;

    private static final int NODES = 2 * MASTERS;
    private static final int SLOTS = 16_384;
    // Where a node's slots begin in a line of CLUSTER NODES.
    private static final int FIRST_SLOT = 8;
    private static final Duration FAILOVER_LIMIT = Duration.ofSeconds(6);

    private final DataFolder dataFolder;
    private final String password = UUID.randomUUID().toString();
    private final List<RedisNode> nodes = new ArrayList<>();

    private EmbeddedRedisCluster(DataFolder dataFolder) {
        this.dataFolder = dataFolder;
    }

    /**
     * Starts the servers, joins them, and returns when all replicas follow and every node takes commands.
     *
     * @param dataFolder created where missing
     * @throws EmbeddedStartException if that fails
     */
    public static EmbeddedRedisCluster start(Path dataFolder) {
        requireNonNull(dataFolder, "dataFolder");
        EmbeddedRedisCluster cluster = new EmbeddedRedisCluster(DataFolder.lock(dataFolder));
        try {
            cluster.startNodes();
            cluster.join();
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void startNodes() {
        Path executable = RedisExecutable.in(dataFolder.path());
        for (int port : LoopbackPorts.anyFreeForCluster(NODES)) {
            Path folder = dataFolder.path().resolve("node-" + nodes.size());
            nodes.add(RedisNode.start(
                    executable,
                    folder,
                    port,
                    password,
                    List.of(
                            "cluster-enabled yes",
                            "cluster-config-file nodes.conf",
                            "cluster-node-timeout " + NODE_TIMEOUT_MILLIS,
                            "repl-diskless-sync yes",
                            "repl-diskless-sync-delay 0",
                            "masterauth " + password,
                            "maxmemory-policy noeviction")));
        }
    }

    private void join() {
        for (int i = 0; i < NODES; i++) {
            // Different ones from the start, so that masters need not agree on them first.
            nodes.get(i).call("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            nodes.get(0)
                    .call(
                            "CLUSTER",
                            "MEET",
                            "127.0.0.1",
                            Integer.toString(nodes.get(i).port()));
        }
        for (int i = 0; i < MASTERS; i++) {
            int first = i * SLOTS / MASTERS;
            int end = (i + 1) * SLOTS / MASTERS;
            List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            IntStream.range(first, end).mapToObj(Integer::toString).forEach(words::add);
            nodes.get(i).call(words.toArray(String[]::new));
        }
        for (int i = 0; i < MASTERS; i++) {
            String master = nodes.get(i).call("CLUSTER", "MYID");
            RedisNode replica = nodes.get(i + MASTERS);
            RedisNode.awaitFact(
                    "nodes do not know one another",
                    () -> replica.call("CLUSTER", "NODES").contains(master));
            replica.call("CLUSTER", "REPLICATE", master);
        }
        awaitComplete();
    }

    /**
     * Returns when every node that is alive takes commands, and every replica that is alive follows its master with all it has.
     *
     * @throws EmbeddedStartException if it is not so within 30 s
     */
    public void awaitComplete() {
        RedisNode.awaitFact(
                "the cluster is not complete",
                () -> nodes.stream().filter(RedisNode::isAlive).allMatch(this::isComplete));
    }

    private boolean isComplete(RedisNode node) {
        String replication = node.call("INFO", "replication");
        boolean linked = replication.contains("role:master") || replication.contains("master_link_status:up");
        return linked
                && node.call("CLUSTER", "INFO").contains("cluster_state:ok")
                && knownMasters(node) == MASTERS
                && node.call("CLUSTER", "NODES").lines().noneMatch(line -> line.contains("handshake"));
    }

    private static long knownMasters(RedisNode node) {
        return node.call("CLUSTER", "NODES")
                .lines()
                .filter(line -> line.contains("master") && !line.contains("fail"))
                .count();
    }

    /** The number of nodes, replicas included. */
    public int size() {
        return NODES;
    }

    /**
     * {@code redis-cluster://:password@127.0.0.1:port,127.0.0.1:port,…}, all nodes. Contains the password: keep it out of
     * logs.
     */
    public String uri() {
        return nodes.stream()
                .map(node -> "127.0.0.1:" + node.port())
                .collect(Collectors.joining(",", "redis-cluster://:" + password + "@", ""));
    }

    /** The password of the default user, on every node. */
    public String password() {
        return password;
    }

    /** The port of a node. */
    public int port(int node) {
        return nodes.get(node).port();
    }

    /** The nodes that are masters, as a node that is alive sees it. */
    public List<Integer> masters() {
        return anyAlive()
                .call("CLUSTER", "NODES")
                .lines()
                .filter(EmbeddedRedisCluster::isMasterWithSlots)
                .map(this::described)
                .toList();
    }

    // id address flags master ping pong epoch link slot slot-slot ...
    private static boolean isMasterWithSlots(String line) {
        String[] words = line.split(" ", -1);
        return words.length > FIRST_SLOT && words[2].matches("(myself,)?master");
    }

    /** The replica that follows that master. */
    public int replicaOf(int master) {
        String id = nodes.get(master).call("CLUSTER", "MYID");
        return anyAlive()
                .call("CLUSTER", "NODES")
                .lines()
                .filter(line -> line.contains("slave " + id))
                .mapToInt(this::described)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("node " + master + " has no replica"));
    }

    private RedisNode anyAlive() {
        return nodes.stream().filter(RedisNode::isAlive).findFirst().orElseThrow();
    }

    private int described(String line) {
        String address = line.split(" ", 3)[1];
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1, address.indexOf('@')));
        return IntStream.range(0, NODES)
                .filter(node -> nodes.get(node).port() == port)
                .findFirst()
                .orElseThrow();
    }

    /** The node that is the master of that key's slot, as a node that is alive sees it. */
    public int masterOf(String key) {
        RedisNode asked = anyAlive();
        int slot = Integer.parseInt(slotOf(key));
        return asked.call("CLUSTER", "NODES")
                .lines()
                .filter(line -> holds(line, slot))
                .map(this::described)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody holds slot " + slot));
    }

    // id address flags master ping pong epoch link slot slot-slot ...
    private static boolean holds(String line, int slot) {
        String[] words = line.split(" ");
        return !words[2].contains("fail")
                && Arrays.stream(words)
                        .skip(FIRST_SLOT)
                        .filter(range -> !range.startsWith("["))
                        .map(range -> range.split("-"))
                        .anyMatch(range -> {
                            int first = Integer.parseInt(range[0]);
                            int last = Integer.parseInt(range[range.length - 1]);
                            return first <= slot && slot <= last;
                        });
    }

    /** Kills a node, with all it has in memory. If it is a master, its replica takes its place after the node timeout. */
    public void kill(int node) {
        nodes.get(node).kill();
    }

    /** Starts a killed node again: as a replica if another has taken its place. Returns when it follows. */
    public void restart(int node) {
        nodes.get(node).launch();
        awaitComplete();
    }

    /**
     * Stops a node where it is: its connections stay, and it does not answer until {@link #thaw}. The others take it for
     * dead.
     */
    public void freeze(int node) {
        nodes.get(node).freeze();
    }

    /** Lets a frozen node go on where it was. Does nothing if it is not frozen. */
    public void thaw(int node) {
        nodes.get(node).thaw();
    }

    /** Starts every node that was killed, lets every frozen one go on, and returns when the cluster is complete. */
    public void mend() {
        nodes.forEach(RedisNode::thaw);
        nodes.stream().filter(node -> !node.isRunning()).forEach(RedisNode::launch);
        awaitComplete();
    }

    /**
     * Returns when another node than this killed or frozen master is the master of the key.
     *
     * @return that node
     * @throws EmbeddedStartException if there is none within 30 s
     */
    public int awaitFailover(String key, int killed) {
        RedisNode.awaitFact("no failover", () -> {
            try {
                return masterOf(key) != killed;
            } catch (IllegalStateException e) {
                return false;
            }
        });
        awaitComplete();
        return masterOf(key);
    }

    /**
     * Has the replica of a master take its place without losing anything, and returns when all know.
     *
     * @param key of which the master is meant
     * @return the new master
     */
    public int failOver(String key) {
        int master = masterOf(key);
        RedisNode replica = nodes.get(replicaOf(master));
        // Redis gives up a failover that took it more than five seconds.
        RedisNode.awaitFact("no failover", () -> {
            replica.call("CLUSTER", "FAILOVER");
            return becomesMaster(replica);
        });
        return awaitFailover(key, master);
    }

    private static boolean becomesMaster(RedisNode replica) {
        long deadline = System.nanoTime() + FAILOVER_LIMIT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (replica.call("INFO", "replication").contains("role:master")) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Has the key's slot be between its master and another: what is in it stays, and what is new is sent to the other. */
    public void beginToMove(String key, int target) {
        int source = masterOf(key);
        String slot = slotOf(key);
        call(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", call(source, "CLUSTER", "MYID"));
        call(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", call(target, "CLUSTER", "MYID"));
    }

    /** Moves all that is in the key's slot to another master, after {@link #beginToMove}, and returns when all know. */
    public void move(String key, int target) {
        int source = masterOf(key);
        String slot = slotOf(key);
        String id = call(target, "CLUSTER", "MYID");
        String port = Integer.toString(port(target));
        for (String keys = call(source, "CLUSTER", "GETKEYSINSLOT", slot, "10");
                !keys.isEmpty();
                keys = call(source, "CLUSTER", "GETKEYSINSLOT", slot, "10")) {
            List<String> words =
                    new ArrayList<>(List.of("MIGRATE", "127.0.0.1", port, "", "0", "5000", "AUTH", password, "KEYS"));
            keys.lines().forEach(words::add);
            call(source, words.toArray(String[]::new));
        }
        call(target, "CLUSTER", "SETSLOT", slot, "NODE", id);
        call(source, "CLUSTER", "SETSLOT", slot, "NODE", id);
        RedisNode.awaitFact("the slot has not moved", () -> masterOf(key) == target);
        awaitComplete();
    }

    private String slotOf(String key) {
        return anyAlive().call("CLUSTER", "KEYSLOT", key);
    }

    /** The reply of a node to a command; lists have a line for each part, nothing is null. */
    public String call(int node, String... words) {
        return nodes.get(node).call(words);
    }

    @Override
    public void close() {
        nodes.forEach(RedisNode::close);
        dataFolder.close();
    }
}
