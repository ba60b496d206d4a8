package io.tallystream.embedded;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * The program of a {@link BrokerProcess}. Takes the name of a properties file, prints one line when the broker serves clients,
 * and obeys its input: {@link #STOP} stops it in order, the end of it at once.
 */
final class BrokerMain {

    static final int STOP = 's';

    private BrokerMain() {}

    public static void main(String[] arguments) {
        PrintStream parent = System.out;
        // Nobody reads on, so whatever else is printed has to go elsewhere.
        System.setOut(System.err);
        CountDownLatch stop = new CountDownLatch(1);
        // First of all: a broker whose parent is gone may wait for a controller for ever.
        Thread obedience = new Thread(() -> obey(stop), "parent");
        obedience.setDaemon(true);
        obedience.start();
        try {
            KafkaNode node = KafkaNode.start(properties(Path.of(arguments[0])));
            parent.println("ready");
            parent.flush();
            stop.await();
            node.close();
        } catch (Throwable e) {
            e.printStackTrace();
            // The last line is what the parent tells.
            System.err.println(e);
            Runtime.getRuntime().halt(1);
        }
    }

    private static Map<String, String> properties(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }

    private static void obey(CountDownLatch stop) {
        try {
            while (System.in.read() == STOP) {
                stop.countDown();
            }
        } catch (IOException e) {
            // As good as its end.
        }
        // A stop in order would wait for the controller, which is gone with the parent.
        Runtime.getRuntime().halt(1);
    }
}
