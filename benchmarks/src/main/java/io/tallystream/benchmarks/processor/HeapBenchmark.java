package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.Options;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.processor.ProcessorMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * What a processor in a process of its own with {@code -Xmx1g} holds in its heap while events with ids of many users and endpoints
 * keep coming: after each part of the events, once all are counted, what a full garbage collection leaves, and what the process
 * takes of the machine's memory, which besides the heap is RocksDB's.
 *
 * <p>Needs {@code jcmd} of the JDK it runs on, and Linux. Arguments: {@code events} (20000000), {@code parts} (10), {@code users}
 * (1000000), {@code endpoints} (10000), {@code heap} of the processor ({@code 1g}).
 */
public final class HeapBenchmark {
    private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)", Pattern.MULTILINE);
    private static final Pattern RESIDENT = Pattern.compile("^VmRSS:\\s+(\\d+) kB", Pattern.MULTILINE);
    private static final double MEBI = 1 << 20;

    private HeapBenchmark() {}

    /** Runs it and prints a table. */
    public static void main(String[] args) throws Exception {
        Options options = new Options(args, "events", "parts", "users", "endpoints", "heap");
        int parts = options.number("parts", 10);
        int eventsAPart = options.number("events", 20_000_000) / parts;
        Path folder = Files.createTempDirectory("tallystream-benchmark");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0))) {
            Contender.Run run = new Contender.Run("heap", folder, kafka.bootstrapServers(), 100);
            ProcessorConfig config = run.config();
            String application = config.streams().get("application.id").toString();
            EventSource source =
                    new EventSource(options.number("users", 1_000_000), options.number("endpoints", 10_000), true);
            try (EventTopics topics = new EventTopics(run.servers(), config);
                    KafkaProducer<byte[], byte[]> producer = topics.producer()) {
                EventTopics.writeOneToEachPartition(producer, source);
                Process processor = start(run, options.texts("heap", "1g").get(0));
                try {
                    System.out.println("    events   heap after full GC   resident");
                    for (int part = 1; part <= parts; part++) {
                        EventTopics.write(producer, source, eventsAPart);
                        topics.awaitDone(application);
                        System.out.printf(
                                "%,10d %,16.1f MiB %,6.0f MiB%n",
                                (long) part * eventsAPart, liveHeap(processor) / MEBI, resident(processor) / MEBI);
                    }
                } finally {
                    processor.destroy();
                    processor.waitFor();
                }
            }
        }
    }

    private static Process start(Contender.Run run, String heap) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                java("java"),
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                ProcessorMain.class.getName());
        builder.redirectErrorStream(true)
                .redirectOutput(run.folder().resolve("processor.log").toFile());
        builder.environment().putAll(run.variables());
        builder.environment().put("MANAGEMENT_PORT", "0");
        return builder.start();
    }

    /** Bytes of the objects that are left by a full garbage collection, which this makes. */
    private static long liveHeap(Process processor) throws Exception {
        Process jcmd = new ProcessBuilder(java("jcmd"), Long.toString(processor.pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        return find(TOTAL, answer);
    }

    private static long resident(Process processor) throws IOException {
        return find(RESIDENT, Files.readString(Path.of("/proc", Long.toString(processor.pid()), "status"))) * 1024;
    }

    private static long find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in: " + text);
        }
        return Long.parseLong(matcher.group(1));
    }

    private static String java(String command) {
        return Path.of(System.getProperty("java.home"), "bin", command).toString();
    }
}
