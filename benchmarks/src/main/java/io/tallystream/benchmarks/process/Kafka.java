package io.tallystream.benchmarks.process;

import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** A broker in a process of its own. For one thread. */
public final class Kafka implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Child child;
    private final String servers;

    private Kafka(Child child, String servers) {
        this.child = child;
        this.servers = servers;
    }

    /** Starts it, and returns when it serves clients. */
    public static Kafka start(Path folder) throws IOException, InterruptedException {
        int port = LoopbackPorts.anyFree();
        Path data = folder.resolve("kafka");
        Child child = Child.start(
                Child.Program.jvm("kafka", KafkaMain.class, Map.of(), folder, data.toString(), Integer.toString(port)),
                folder);
        child.awaitLine(KafkaMain.READY);
        return new Kafka(child, "127.0.0.1:" + port);
    }

    /** What a client's {@code bootstrap.servers} takes. */
    public String servers() {
        return servers;
    }

    /** What it takes of the machine. */
    public ProcessUsage usage() {
        return child.usage();
    }

    /** Makes the topics, as a processor would. */
    public void createTopics(int partitions) throws Exception {
        Retention retention = new Retention(LIMIT, LIMIT, LIMIT, LIMIT);
        try (Admin admin = admin()) {
            new TopicProvisioner(admin, LIMIT)
                    .ensure(Topics.definitions(
                            new Topics.Settings(partitions, (short) 1, Duration.ofDays(1), retention)));
        }
    }

    /** How many events it has. */
    public long events(int partitions) throws Exception {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String topic : Topics.EVENTS) {
            for (int partition = 0; partition < partitions; partition++) {
                ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        try (Admin admin = admin()) {
            return admin.listOffsets(ends).all().get().values().stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .sum();
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", servers));
    }

    @Override
    public void close() {
        child.close();
    }
}
