package io.tallystream.faults.fault;

import static java.util.Objects.requireNonNull;

import io.tallystream.embedded.EmbeddedKafkaCluster;
import io.tallystream.faults.system.FlakyProxy.Weather;
import io.tallystream.faults.system.Installation;
import io.tallystream.faults.system.ServiceHandle;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Something that goes wrong.
 *
 * @param which of several of what it befalls; any number that is not negative
 * @param length from its beginning to its end, at least
 */
public record Fault(FaultKind kind, int which, Duration length) {
    private static final Duration READY_LIMIT = Duration.ofMinutes(2);
    private static final int COMINGS = 3;

    /** Requires all parts. */
    public Fault {
        requireNonNull(kind, "kind");
        requireNonNull(length, "length");
        if (which < 0) {
            throw new IllegalArgumentException("which must not be negative");
        }
    }

    /** Lets it happen. */
    public void begin(Installation on) throws InterruptedException {
        switch (kind) {
            case GATEWAY_KILLED -> one(on.gateways()).kill();
            case GATEWAY_STOPPED -> one(on.gateways()).stop();
            case GATEWAY_PAUSED -> one(on.gateways()).pause();
            case ANSWERS_LOST -> clients(on, Weather.ANSWERS_LOST);
            case CLIENTS_CUT_OFF -> clients(on, Weather.BLACK_HOLE);
            case CLIENTS_RESET -> clients(on, Weather.RESET);
            case PROCESSOR_KILLED -> one(on.processors()).kill();
            case PROCESSOR_STOPPED -> one(on.processors()).stop();
            case PROCESSOR_PAUSED -> one(on.processors()).pause();
            case PROCESSORS_KILLED -> on.processors().forEach(ServiceHandle::kill);
            case PROCESSOR_STATE_LOST -> {
                one(on.processors()).kill();
                one(on.processors()).eraseData();
            }
            case BROKER_DISK_FULL -> {
                on.brokerDisk().fill();
                on.kafka().awaitEnd(Installation.BROKER_WITH_DISK);
            }
            case PROCESSOR_DISK_FULL -> on.processorDisk().fill();
            case REDIS_DISK_FULL -> on.redisDisk().fill();
            case REBALANCES -> comeAndGo(one(on.processors()));
            case SINK_KILLED -> one(on.sinks()).kill();
            case SINK_STOPPED -> one(on.sinks()).stop();
            case SINK_PAUSED -> one(on.sinks()).pause();
            case SINKS_KILLED -> on.sinks().forEach(ServiceHandle::kill);
            case BROKER_KILLED -> on.kafka().kill(broker());
            case BROKER_STOPPED -> on.kafka().stop(broker());
            case BROKER_PAUSED -> on.kafka().pause(broker());
            case BROKERS_PAUSED, LEADER_LOST -> others().forEach(on.kafka()::pause);
            case REDIS_KILLED, REDIS_LOST -> on.redis().kill();
            case REDIS_FLUSHED -> on.redis().call("FLUSHALL");
            case REDIS_PAUSED -> on.redis().pause();
            case REDIS_FULL -> on.redis().call("CONFIG", "SET", "maxmemory", "1");
            case REDIS_READ_ONLY -> on.redis().call("REPLICAOF", "127.0.0.1", "1");
            case REDIS_CUT_OFF -> on.wayToRedis().set(Weather.BLACK_HOLE);
            case REDIS_OVERTAKEN -> on.wayToRedis().set(Weather.OLD_CONNECTIONS_HELD);
            case REDIS_ANSWERS_LOST -> on.wayToRedis().set(Weather.ANSWERS_LOST);
            case REDIS_RESET -> on.wayToRedis().set(Weather.RESET);
            case REDIS_SLOW -> on.wayToRedis().set(Weather.SLOW);
            case QUERY_KILLED -> on.query().kill();
            case ALL_KILLED -> {
                on.services().forEach(ServiceHandle::kill);
                on.redis().kill();
                brokers().forEach(on.kafka()::kill);
            }
            case ROLLING_RESTART -> {
                for (ServiceHandle service : on.services()) {
                    service.stop();
                    service.start();
                    service.awaitReady(READY_LIMIT);
                }
            }
        }
    }

    /** Mends it. */
    public void end(Installation on) throws InterruptedException {
        switch (kind) {
            case GATEWAY_KILLED, GATEWAY_STOPPED -> one(on.gateways()).start();
            case GATEWAY_PAUSED -> one(on.gateways()).resume();
            case ANSWERS_LOST, CLIENTS_CUT_OFF, CLIENTS_RESET -> clients(on, Weather.FAIR);
            case PROCESSOR_KILLED, PROCESSOR_STOPPED, PROCESSOR_STATE_LOST, REBALANCES ->
                one(on.processors()).start();
            case PROCESSOR_PAUSED -> one(on.processors()).resume();
            case PROCESSORS_KILLED -> on.processors().forEach(ServiceHandle::start);
            case SINK_KILLED, SINK_STOPPED -> one(on.sinks()).start();
            case SINK_PAUSED -> one(on.sinks()).resume();
            case SINKS_KILLED -> on.sinks().forEach(ServiceHandle::start);
            case BROKER_KILLED, BROKER_STOPPED -> on.kafka().start(broker());
            case BROKER_PAUSED -> on.kafka().resume(broker());
            case BROKERS_PAUSED -> others().forEach(on.kafka()::resume);
            case LEADER_LOST -> {
                on.kafka().kill(broker());
                others().forEach(on.kafka()::resume);
                on.kafka().start(broker());
            }
            case BROKER_DISK_FULL -> {
                on.brokerDisk().free();
                on.kafka().start(Installation.BROKER_WITH_DISK);
            }
            case PROCESSOR_DISK_FULL -> {
                // While its disk is full, which it writes to when it ends.
                on.processors().get(0).end();
                on.processorDisk().free();
                on.processors().get(0).start();
            }
            case REDIS_DISK_FULL -> on.redisDisk().free();
            case REDIS_KILLED -> on.redis().restart();
            case REDIS_LOST -> {
                on.redis().eraseFiles();
                on.redis().restart();
            }
            case REDIS_PAUSED -> on.redis().resume();
            case REDIS_FULL -> on.redis().call("CONFIG", "SET", "maxmemory", "0");
            case REDIS_READ_ONLY -> on.redis().call("REPLICAOF", "NO", "ONE");
            case REDIS_CUT_OFF, REDIS_OVERTAKEN, REDIS_ANSWERS_LOST, REDIS_RESET, REDIS_SLOW ->
                on.wayToRedis().set(Weather.FAIR);
            case QUERY_KILLED -> on.query().start();
            case ALL_KILLED -> {
                // As on a machine that boots: what all need first.
                on.redis().restart();
                on.kafka().start(brokers());
                on.services().forEach(ServiceHandle::start);
            }
            case REDIS_FLUSHED, ROLLING_RESTART -> {
                // It is over already.
            }
        }
    }

    private ServiceHandle one(List<ServiceHandle> services) {
        return services.get(which % services.size());
    }

    private static void clients(Installation on, Weather weather) {
        on.waysIn().forEach(way -> way.set(weather));
    }

    private static void comeAndGo(ServiceHandle service) {
        service.kill();
        for (int time = 0; time < COMINGS; time++) {
            service.start();
            service.runFor(Duration.ofSeconds(2 + time));
            service.kill();
        }
    }

    private static List<Integer> brokers() {
        return IntStream.rangeClosed(1, EmbeddedKafkaCluster.BROKERS).boxed().toList();
    }

    private int broker() {
        return brokers().get(which % EmbeddedKafkaCluster.BROKERS);
    }

    private List<Integer> others() {
        return brokers().stream().filter(id -> id != broker()).toList();
    }
}
