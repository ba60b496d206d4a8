package io.tallystream.benchmarks.gateway;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.MissingToolException;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.process.Kafka;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.benchmarks.report.ProcessUsage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Events per second that the gateway acknowledges, each contender in processes of its own:
 *
 * <ul>
 *   <li>single events, beside a web application that counts in Redis itself, and beside the same HTTP server that only answers;
 *   <li>batches, beside that server too, and beside a Kafka producer with the gateway's settings that has nobody to answer to;
 *   <li>how long requests take at half the load.
 * </ul>
 *
 * <p>Requests come from {@code wrk} (Debian: {@code apt-get install wrk}), on the same processors.
 */
public final class GatewayBenchmark implements Benchmark {
    private static final String RATE = "acknowledged events per second";
    private static final String GATEWAY = "gateway";
    private static final String REPLACED = "design that is replaced";
    private static final String ECHO = "bare echo";
    private static final String PRODUCER = "bare Kafka producer";

    /**
     * Options: {@code seconds} (10) of each run, {@code warm-up} (45) seconds before, of each kind, {@code connections}
     * (64,256) for single events, of which batches use the first, {@code batches} (100,1000) of events, {@code threads} (2)
     * of wrk, {@code partitions} (4), {@code replaced} (../shared/baselines), the folder with the web application. Variables
     * {@code KAFKA_PRODUCER_*} are the gateway's.
     */
    @Override
    public void run(Session session) throws Exception {
        Wrk.requireInstalled();
        int partitions = session.options().number("partitions", 4);
        try (Kafka kafka = Kafka.start(session.folder())) {
            kafka.createTopics(partitions);
            try (Gateway gateway = Gateway.start(kafka.servers(), Map.of(), session.folder());
                    Echo echo = Echo.start(session.folder());
                    ReplacedDesign replaced = replaced(session)) {
                Run run = new Run(
                        session,
                        gateway,
                        echo,
                        replaced,
                        new BareProducer(kafka.servers(), partitions, session.folder()));
                run.everything();
                long written = kafka.events(partitions);
                session.report()
                        .note("acknowledged to clients: %,d events; in Kafka: %,d"
                                .formatted(run.acknowledged, written));
                if (written < run.acknowledged) {
                    throw new IllegalStateException(
                            "%d events were acknowledged, and %d are in Kafka".formatted(run.acknowledged, written));
                }
            }
        }
    }

    /** Null if it is not installed. */
    private static ReplacedDesign replaced(Session session) throws Exception {
        try {
            return ReplacedDesign.start(
                    Path.of(session.options().text("replaced", "../shared/baselines"))
                            .toAbsolutePath(),
                    session.folder());
        } catch (MissingToolException e) {
            session.leaveOut(e);
            return null;
        }
    }

    /** What was started, and what came of it. */
    private static final class Run {
        private final Session session;
        private final Gateway gateway;
        private final Echo echo;
        private final ReplacedDesign replaced;
        private final BareProducer producer;
        private final int seconds;
        private final int warmUp;
        private final int threads;
        private long acknowledged;

        Run(Session session, Gateway gateway, Echo echo, ReplacedDesign replaced, BareProducer producer) {
            this.session = session;
            this.gateway = gateway;
            this.echo = echo;
            this.replaced = replaced;
            this.producer = producer;
            seconds = session.number("seconds", 10, 2);
            warmUp = session.number("warm-up", 45, 2);
            threads = session.options().number("threads", 2);
        }

        void everything() throws Exception {
            List<Integer> connections = session.options().numbers("connections", session.isQuick() ? "64" : "64,256");
            int first = connections.get(0);
            warmUp(1, first);
            double single = 0;
            for (int number : connections) {
                double rate = single(number);
                single = number == first ? rate : single;
            }
            for (int batch : session.options().numbers("batches", "100,1000")) {
                warmUp(batch, first);
                double rate = batches(batch, first);
                halfLoad("batches of %,d".formatted(batch), batch, first, rate);
            }
            halfLoad("single events", 1, first, single);
        }

        private void warmUp(int batch, int connections) throws Exception {
            session.tell("warming up, %,d events in a request".formatted(batch));
            ofGateway(batch, connections, warmUp);
            toEcho(batch, connections).run(warmUp, session.folder());
            if (replaced != null && batch == 1) {
                toReplaced(connections).run(warmUp, session.folder());
            }
        }

        /** Returns the gateway's requests per second. */
        private double single(int connections) throws Exception {
            String title = "single events, %d connections".formatted(connections);
            Comparison old = session.report().comparison(title + ", beside the " + REPLACED, RATE, REPLACED);
            Comparison bound = session.report().comparison(title + ", beside a " + ECHO, RATE, ECHO);
            for (int round = 1; round <= session.rounds(); round++) {
                if (replaced != null) {
                    session.tell("round %d: %s, %s".formatted(round, title, REPLACED));
                    old.add(REPLACED, measure(toReplaced(connections), replaced.usage()));
                }
                session.tell("round %d: %s, %s".formatted(round, title, ECHO));
                bound.add(ECHO, measure(toEcho(1, connections), echo.usage()));
                session.tell("round %d: %s, %s".formatted(round, title, GATEWAY));
                Measurement measured = measureGateway(1, connections);
                if (replaced != null) {
                    old.add(GATEWAY, measured);
                }
                bound.add(GATEWAY, measured);
            }
            return bound.median(GATEWAY);
        }

        /** Returns the gateway's requests per second. */
        private double batches(int batch, int connections) throws Exception {
            String title = "batches of %,d events, %d connections".formatted(batch, connections);
            Comparison comparison = session.report().comparison(title, RATE, PRODUCER);
            for (int round = 1; round <= session.rounds(); round++) {
                session.tell("round %d: %s, %s".formatted(round, title, PRODUCER));
                BareProducer.Result produced = producer.run(warmUp, seconds);
                acknowledged += produced.total();
                comparison.add(PRODUCER, produced.measurement());
                session.tell("round %d: %s, %s".formatted(round, title, ECHO));
                comparison.add(ECHO, measure(toEcho(batch, connections), echo.usage()));
                session.tell("round %d: %s, %s".formatted(round, title, GATEWAY));
                comparison.add(GATEWAY, measureGateway(batch, connections));
            }
            return comparison.median(GATEWAY) / batch;
        }

        private void halfLoad(String what, int batch, int connections, double requestsPerSecond) throws Exception {
            double wanted = requestsPerSecond / 2;
            String title = "%s at half the load, %,.0f events per second, %d connections"
                    .formatted(what, wanted * batch, connections);
            session.tell("latency of " + title);
            Comparison p50 = session.report().comparison(title + ", p50", "ms", ECHO);
            Comparison p99 = session.report().comparison(title + ", p99", "ms", ECHO);
            double echoDelay = delay(toEcho(batch, connections), wanted);
            double gatewayDelay = delay(toGateway(batch, connections), wanted);
            for (int round = 1; round <= session.rounds(); round++) {
                Wrk.Result ofEcho = told(toEcho(batch, connections).run(echoDelay, seconds, session.folder()));
                p50.add(ECHO, Measurement.of(ofEcho.p50()));
                p99.add(ECHO, Measurement.of(ofEcho.p99()));
                Wrk.Result ofGateway = told(toGateway(batch, connections).run(gatewayDelay, seconds, session.folder()));
                acknowledged += ofGateway.succeeded() * batch;
                p50.add(GATEWAY, Measurement.of(ofGateway.p50()));
                p99.add(GATEWAY, Measurement.of(ofGateway.p99()));
            }
        }

        /**
         * Milliseconds between a connection's requests at which it sends so many; what a request takes itself is found by
         * trying.
         */
        private double delay(Wrk wrk, double wantedPerSecond) throws Exception {
            double delay = 1_000.0 * wrk.connections() / wantedPerSecond;
            for (int attempt = 0; attempt < 2; attempt++) {
                double reached = wrk.run(delay, Math.max(2, seconds / 2), session.folder())
                        .perSecond();
                delay = Math.max(0, delay + 1_000.0 * wrk.connections() * (1 / wantedPerSecond - 1 / reached));
            }
            return delay;
        }

        private Wrk toGateway(int batch, int connections) {
            return new Wrk(gateway.url(), Gateway.KEY, batch, connections, threads);
        }

        private Wrk toEcho(int batch, int connections) throws Exception {
            return new Wrk(echo.url(gateway.answer(batch)), Gateway.KEY, batch, connections, threads);
        }

        private Wrk toReplaced(int connections) {
            return new Wrk(replaced.url(), Gateway.KEY, 1, connections, threads);
        }

        private Measurement measureGateway(int batch, int connections) throws Exception {
            gateway.usage().sinceLast();
            Wrk.Result result = ofGateway(batch, connections, seconds);
            return measurement(result, batch, gateway.usage());
        }

        private Wrk.Result ofGateway(int batch, int connections, int time) throws Exception {
            Wrk.Result result = told(toGateway(batch, connections).run(time, session.folder()));
            acknowledged += result.succeeded() * batch;
            return result;
        }

        private Measurement measure(Wrk wrk, ProcessUsage usage) throws Exception {
            usage.sinceLast();
            return measurement(told(wrk.run(seconds, session.folder())), wrk.batch(), usage);
        }

        private static Measurement measurement(Wrk.Result result, int batch, ProcessUsage usage) {
            return Measurement.of(
                    result.succeededPerSecond() * batch, usage.sinceLast(), Math.max(1, result.succeeded() * batch));
        }

        private Wrk.Result told(Wrk.Result result) {
            if (result.refused() > 0 || !result.lost().isEmpty()) {
                session.tell("%,d of %,d requests were not answered with success %s"
                        .formatted(result.refused(), result.requests(), result.lost()));
            }
            return result;
        }
    }
}
