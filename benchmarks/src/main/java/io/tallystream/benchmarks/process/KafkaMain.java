package io.tallystream.benchmarks.process;

import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The program of {@link Kafka}. Takes a data folder and a port, says when it serves clients, and ends when it is asked to. */
final class KafkaMain {
    static final String READY = "Kafka serves clients";

    private KafkaMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedKafka kafka =
                EmbeddedKafka.start(new EmbeddedKafka.Config(Path.of(arguments[0]), Integer.parseInt(arguments[1])));
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "close"));
        System.out.println(READY);
        new CountDownLatch(1).await();
    }
}
