package io.tallystream.benchmarks.flink;

import io.tallystream.schema.kafka.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.java.typeutils.ValueTypeInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/**
 * The processor's counting as a Flink job, as somebody would write it who knows Flink well and wants it fast: the events are
 * parsed and counted into heap maps right behind the source, in the same thread and without a copy; at each checkpoint the
 * maps are drained, and what they held goes, keyed, to the stages that keep the state; these tell each changed count once,
 * in a transaction that is committed with the checkpoint. Objects are reused, nothing goes through a generic serializer, and
 * checkpoints follow one another without a pause.
 *
 * <p>It counts the same as the processor: all of {@link io.tallystream.schema.count.CountTable}, in the same records on the
 * same topics. What it does less: it writes no dead letters, looks at no ids, sends no event to its owner's partition,
 * erases nobody, has no limit on members, and never forgets a window. What it does more: what is known of a user goes from
 * one stage to another, serialized, once a checkpoint, which the processor need not do, as its users stay where they are
 * read; and a checkpoint holds all of the state where that is on the heap, or RocksDB's new files, where the processor
 * writes what has changed to a changelog. Offsets are told to Kafka once a checkpoint is complete, and the transactions of
 * its counts are committed then, too.
 */
final class CountJob {
    private static final OutputTag<UserAmounts> TO_USERS =
            new OutputTag<>("users", new ValueTypeInfo<>(UserAmounts.class));
    private static final OutputTag<Count> USER_COUNTS = new OutputTag<>("user-counts") {
        private static final long serialVersionUID = 1L;
    };

    private CountJob() {}

    /** How Flink is to run it. */
    static Configuration configuration(JobSettings settings) {
        Map<String, String> options = new HashMap<>();
        options.put("execution.checkpointing.mode", "EXACTLY_ONCE");
        options.put("execution.checkpointing.interval", settings.intervalMs() + "ms");
        options.put("execution.checkpointing.min-pause", "0ms");
        options.put("execution.checkpointing.storage", "filesystem");
        options.put(
                "execution.checkpointing.dir",
                settings.folder().resolve("checkpoints").toUri().toString());
        options.put("execution.checkpointing.incremental", "true");
        options.put("state.backend.type", settings.backend());
        options.put(
                "state.backend.rocksdb.localdir",
                settings.folder().resolve("rocksdb").toString());
        options.put("pipeline.object-reuse", "true");
        options.put("pipeline.generic-types", "true");
        options.put("execution.buffer-timeout.interval", "5ms");
        options.put("restart-strategy.type", "none");
        // Of RocksDB: block cache and write buffers.
        options.put("taskmanager.memory.managed.size", "256m");
        options.put("taskmanager.memory.network.min", "128m");
        options.put("taskmanager.memory.network.max", "128m");
        options.put("taskmanager.numberOfTaskSlots", Integer.toString(settings.parallelism()));
        options.put("io.tmp.dirs", settings.folder().resolve("tmp").toString());
        // What nobody looks at.
        options.put("rest.flamegraph.enabled", "false");
        return Configuration.fromMap(options);
    }

    /** Starts it. */
    static JobClient start(StreamExecutionEnvironment environment, JobSettings settings) throws Exception {
        build(environment, settings);
        return environment.executeAsync("count");
    }

    private static void build(StreamExecutionEnvironment environment, JobSettings settings) {
        environment.setParallelism(settings.parallelism());
        SingleOutputStreamOperator<GroupAmounts> counted = environment
                .fromSource(source(settings), WatermarkStrategy.noWatermarks(), "events")
                .transform(
                        "count",
                        new ValueTypeInfo<>(GroupAmounts.class),
                        new LocalStage(settings.counting(), TO_USERS));
        DataStream<GroupAmounts> amounts = counted;
        if (settings.users()) {
            SingleOutputStreamOperator<GroupAmounts> users = counted.getSideOutput(TO_USERS)
                    .keyBy(UserAmounts::user, new ValueTypeInfo<>(Name.class))
                    .transform("users", new ValueTypeInfo<>(GroupAmounts.class), new UserStage(USER_COUNTS));
            users.getSideOutput(USER_COUNTS).sinkTo(sink(settings, "users")).name("user counts");
            amounts = counted.union(users);
        }
        amounts.keyBy(GroupAmounts::group, new ValueTypeInfo<>(Name.class))
                .transform(
                        "merge",
                        USER_COUNTS.getTypeInfo(),
                        new MergeStage(settings.counting().zone()))
                .sinkTo(sink(settings, "merged"))
                .name("counts");
    }

    private static KafkaSource<Appended> source(JobSettings settings) {
        return KafkaSource.<Appended>builder()
                .setBootstrapServers(settings.servers())
                .setGroupId(settings.group())
                .setTopics(Topics.EVENTS)
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new AppendedSchema())
                .setProperty("partition.discovery.interval.ms", "-1")
                // As the processor has it: a batch of records is a hand-over between threads.
                .setProperty("max.poll.records", "5000")
                .build();
    }

    private static KafkaSink<Count> sink(JobSettings settings, String name) {
        Properties producer = new Properties();
        producer.put("compression.type", "lz4");
        producer.put("batch.size", Integer.toString(128 * 1024));
        producer.put("transaction.timeout.ms", "60000");
        return KafkaSink.<Count>builder()
                .setBootstrapServers(settings.servers())
                .setKafkaProducerConfig(producer)
                .setRecordSerializer(new Count.Schema())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(settings.group() + "-" + name)
                .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                .build();
    }
}
