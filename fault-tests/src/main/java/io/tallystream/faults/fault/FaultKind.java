package io.tallystream.faults.fault;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can go wrong. Each is begun and, after a while, ended; what was killed is started again then, as a supervisor would. */
public enum FaultKind {
    /** SIGKILL of a gateway with requests under way. */
    GATEWAY_KILLED(1, 4),
    /** SIGTERM of a gateway under load. */
    GATEWAY_STOPPED(1, 4),
    /** SIGSTOP of a gateway: clients wait for its answers. */
    GATEWAY_PAUSED(2, 9),
    /** The gateways get all requests, and no answer of theirs arrives. */
    ANSWERS_LOST(2, 6),
    /** What clients and gateways send each other arrives after the fault. */
    CLIENTS_CUT_OFF(2, 9),
    /** All connections to the gateways are reset, for a while. */
    CLIENTS_RESET(1, 3),
    /** SIGKILL of a processor in the middle of a transaction. */
    PROCESSOR_KILLED(1, 4),
    /** SIGTERM of a processor, which hands over. */
    PROCESSOR_STOPPED(1, 4),
    /** SIGSTOP of a processor until others have taken over; then it goes on as if nothing had been. */
    PROCESSOR_PAUSED(9, 13),
    /** SIGKILL of all processors. */
    PROCESSORS_KILLED(1, 3),
    /** SIGKILL of a processor, whose disk is lost with it. */
    PROCESSOR_STATE_LOST(1, 3),
    /** The disk of a processor is full, also when it is stopped for that. */
    PROCESSOR_DISK_FULL(3, 8),
    /** A processor comes and goes, again and again. */
    REBALANCES(1, 2),
    /** SIGKILL of a sink between its write and its commit, or anywhere else. */
    SINK_KILLED(1, 4),
    /** SIGTERM of a sink, which hands over. */
    SINK_STOPPED(1, 4),
    /** SIGSTOP of a sink until the other has taken over; then it writes on what it had in hand. */
    SINK_PAUSED(9, 13),
    /** SIGKILL of all sinks. */
    SINKS_KILLED(1, 3),
    /** SIGKILL of a broker, which leads partitions and coordinates transactions. */
    BROKER_KILLED(1, 5),
    /** A broker stops in order and comes back. */
    BROKER_STOPPED(1, 3),
    /** SIGSTOP of a broker: its connections stay open and nothing comes from them. */
    BROKER_PAUSED(2, 8),
    /** SIGSTOP of two brokers of three: nothing can be acknowledged. */
    BROKERS_PAUSED(4, 12),
    /** A broker goes on alone for a moment and is killed before the other two, still in sync as far as anybody knows, go on. */
    LEADER_LOST(2, 3),
    /** The disk of a broker is full. What Kafka cannot write down ends the broker; it is started again when there is room. */
    BROKER_DISK_FULL(3, 8),

    /** SIGKILL of Redis, which comes back with what it had written down. */
    REDIS_KILLED(1, 4),
    /** SIGKILL of Redis, which comes back with nothing. */
    REDIS_LOST(1, 3),
    /** FLUSHALL under load. */
    REDIS_FLUSHED(0, 1),
    /** SIGSTOP of Redis. */
    REDIS_PAUSED(2, 8),
    /** Redis is full and refuses writes. */
    REDIS_FULL(2, 6),
    /** The disk of Redis is full: it refuses writes. */
    REDIS_DISK_FULL(3, 8),
    /** Redis is a replica all of a sudden, and refuses writes. */
    REDIS_READ_ONLY(2, 6),
    /** What sinks and query API send to Redis, and its answers, arrive after the fault. */
    REDIS_CUT_OFF(2, 8),
    /** What is on its way to Redis arrives after what is sent later, over new connections. */
    REDIS_OVERTAKEN(7, 12),
    /** Redis gets all commands, and no answer of its arrives. */
    REDIS_ANSWERS_LOST(2, 6),
    /** All connections to Redis are reset, for a while. */
    REDIS_RESET(1, 3),
    /** Redis is far away. */
    REDIS_SLOW(3, 6),
    /** SIGKILL of the query API. */
    QUERY_KILLED(1, 3),
    /** SIGKILL of everything at once, brokers and Redis included. */
    ALL_KILLED(1, 2),
    /** All services are restarted in order, one after the other, as for a new version. */
    ROLLING_RESTART(0, 1);

    private final Duration shortest;
    private final Duration longest;

    FaultKind(int shortestSeconds, int longestSeconds) {
        shortest = Duration.ofSeconds(shortestSeconds);
        longest = Duration.ofSeconds(longestSeconds);
    }

    /** As in {@code redis-killed}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The kind with that label.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static FaultKind ofLabel(String label) {
        for (FaultKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("there is no fault " + label);
    }

    /** Whether it needs disks that can be full, which only root on Linux can have. */
    public boolean needsSmallDisks() {
        return switch (this) {
            case BROKER_DISK_FULL, PROCESSOR_DISK_FULL, REDIS_DISK_FULL -> true;
            default -> false;
        };
    }

    /** Those that any user can try. */
    public static Set<FaultKind> forAnyUser() {
        return Arrays.stream(values())
                .filter(kind -> !kind.needsSmallDisks())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(FaultKind.class)));
    }

    /** Whether counts may be lower after it than before, until Redis is filled again. */
    public boolean losesRedis() {
        return switch (this) {
            case REDIS_LOST, REDIS_FLUSHED -> true;
            // While the disk is busy Redis answers up to two seconds before it writes down.
            case REDIS_KILLED, ALL_KILLED -> true;
            default -> false;
        };
    }

    /** How long it is left as it is, at least. */
    Duration shortest() {
        return shortest;
    }

    /** How long it is left as it is, at most. */
    Duration longest() {
        return longest;
    }
}
