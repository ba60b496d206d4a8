package io.tallystream.benchmarks.flink;

import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.kafka.Topics;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * The counting in Flink SQL, as somebody would write it who knows its options: each event is split into what it adds, which
 * is summed up where it is read for a while and then by address, in two phases and mini-batches.
 *
 * <p>It counts what the plain Kafka Streams DSL does here: all but what users do by day. Counts are on one topic, whatever
 * their retention.
 */
final class SqlJob {
    private static final String EVENTS = """
            CREATE TEMPORARY TABLE events (body BYTES, appended TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL) WITH (
              'connector' = 'kafka', 'format' = 'raw', 'topic' = '%s',
              'properties.bootstrap.servers' = '%s', 'properties.group.id' = '%s', 'properties.max.poll.records' = '5000',
              'scan.startup.mode' = 'earliest-offset', 'scan.topic-partition-discovery.interval' = '0')""";
    private static final String COUNTS = """
            CREATE TEMPORARY TABLE counts (address STRING, amount BIGINT, PRIMARY KEY (address) NOT ENFORCED) WITH (
              'connector' = 'upsert-kafka', 'key.format' = 'raw', 'value.format' = 'raw', 'value.fields-include' = 'EXCEPT_KEY',
              'topic' = '%s', 'properties.bootstrap.servers' = '%s',
              'properties.compression.type' = 'lz4', 'properties.transaction.timeout.ms' = '60000',
              'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '%s')""";
    private static final String COUNT = """
            INSERT INTO counts
            SELECT address, SUM(amount) FROM events, LATERAL TABLE(amounts_of(body, appended)) AS added(address, amount)
            GROUP BY address""";
    private static final String MINI_BATCH = "100000";

    private SqlJob() {}

    /** Starts it. */
    static JobClient start(StreamExecutionEnvironment environment, JobSettings settings) {
        environment.setParallelism(settings.parallelism());
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        tables.getConfig().set("table.exec.mini-batch.enabled", "true");
        tables.getConfig().set("table.exec.mini-batch.allow-latency", settings.intervalMs() + "ms");
        tables.getConfig().set("table.exec.mini-batch.size", MINI_BATCH);
        tables.getConfig().set("table.optimizer.agg-phase-strategy", "TWO_PHASE");
        tables.createTemporarySystemFunction("amounts_of", new AmountsOf(settings.counting()));
        tables.executeSql(EVENTS.formatted(String.join(";", Topics.EVENTS), settings.servers(), settings.group()));
        tables.executeSql(COUNTS.formatted(Topics.counts(RetentionClass.MINUTE), settings.servers(), settings.group()));
        return tables.executeSql(COUNT).getJobClient().orElseThrow();
    }
}
