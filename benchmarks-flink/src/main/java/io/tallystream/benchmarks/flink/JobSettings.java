package io.tallystream.benchmarks.flink;

import io.tallystream.benchmarks.tally.HeapCounter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/**
 * What a job is told.
 *
 * @param servers of Kafka
 * @param group in which it reads, and commits what it has counted
 * @param intervalMs between checkpoints
 * @param parallelism of each stage
 * @param sql whether the job is the one in SQL
 * @param users whether there are any; the one in SQL does not ask
 * @param backend of its state: {@code hashmap} or {@code rocksdb}
 * @param folder for checkpoints and RocksDB
 * @param counting how events are judged
 */
record JobSettings(
        String servers,
        String group,
        int intervalMs,
        int parallelism,
        boolean sql,
        boolean users,
        String backend,
        Path folder,
        HeapCounter.Settings counting) {
    /**
     * Reads them.
     *
     * @param arguments each {@code name=value}; all are needed
     * @throws IllegalArgumentException if one is missing or wrong
     */
    static JobSettings parse(String[] arguments) {
        Map<String, String> values = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("not name=value: " + argument);
            }
            values.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        return new JobSettings(
                required(values, "servers"),
                required(values, "group"),
                Integer.parseInt(required(values, "interval")),
                Integer.parseInt(required(values, "threads")),
                Boolean.parseBoolean(required(values, "sql")),
                Boolean.parseBoolean(required(values, "users")),
                required(values, "state"),
                Path.of(required(values, "folder")),
                new HeapCounter.Settings(
                        ZoneId.of(required(values, "zone")),
                        Duration.parse(required(values, "lateness")),
                        Duration.parse(required(values, "skew"))));
    }

    private static String required(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no " + name);
        }
        return value;
    }
}
