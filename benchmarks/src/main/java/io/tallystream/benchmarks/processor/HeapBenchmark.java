package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.process.Child;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.processor.ProcessorMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * What a processor in a process of its own holds in its heap while events with ids of many users and endpoints keep coming: after
 * each part of the events, once all are counted, what a full garbage collection leaves, and what the process takes of the
 * machine's memory, which besides the heap is RocksDB's. Needs {@code jcmd} of the JDK it runs on, and Linux.
 */
public final class HeapBenchmark implements Benchmark {
    private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)", Pattern.MULTILINE);
    private static final double MEBI = 1 << 20;

    /**
     * Options: {@code events} (20000000), {@code parts} (10), {@code users} (1000000), {@code endpoints} (10000),
     * {@code heap} of the processor (1g).
     */
    @Override
    public void run(Session session) throws Exception {
        int parts = session.number("parts", 10, 2);
        int eventsAPart = session.number("events", 20_000_000, 200_000) / parts;
        String heap = session.options().text("heap", "1g");
        Comparison live = session.report().comparison("heap of the processor after a full collection", "MiB", "");
        Comparison resident = session.report().comparison("resident memory of the processor, -Xmx" + heap, "MiB", "");
        try (EmbeddedKafka kafka =
                EmbeddedKafka.start(new EmbeddedKafka.Config(session.folder().resolve("kafka"), 0))) {
            Run run = new Run("heap", session.folder(), kafka.bootstrapServers(), 100, 1);
            ProcessorConfig config = run.config();
            String application = config.streams().get("application.id").toString();
            EventSource source = new EventSource(
                    session.number("users", 1_000_000, 10_000), session.number("endpoints", 10_000, 1_000), true);
            try (EventTopics topics = new EventTopics(run.servers(), config);
                    KafkaProducer<byte[], byte[]> producer = topics.producer()) {
                EventTopics.writeOneToEachPartition(producer, source);
                try (Child processor = start(run, heap)) {
                    for (int part = 1; part <= parts; part++) {
                        EventTopics.write(producer, source, eventsAPart);
                        topics.awaitDone(application, processor.handle());
                        String after = "after %,d events".formatted((long) part * eventsAPart);
                        session.tell(after);
                        live.add(after, Measurement.of(liveHeap(processor) / MEBI));
                        long bytes = processor.usage().residentBytes();
                        resident.add(after, Measurement.of(bytes / MEBI));
                    }
                }
            }
        }
    }

    private static Child start(Run run, String heap) throws IOException {
        Map<String, String> variables = new HashMap<>(run.variables());
        variables.put("MANAGEMENT_PORT", "0");
        List<String> command = List.of(
                java("java"),
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                ProcessorMain.class.getName());
        return Child.start(new Child.Program("processor", command, variables, run.folder()), run.folder());
    }

    /** Bytes of the objects that are left by a full garbage collection, which this makes. */
    private static long liveHeap(Child processor) throws Exception {
        Process jcmd = new ProcessBuilder(
                        java("jcmd"), Long.toString(processor.handle().pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        return find(TOTAL, answer);
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
