package io.tallystream.schema.kafka;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A topic as it has to be.
 *
 * @param partitions 1 or more; cannot be changed once there are records
 * @param replicationFactor 1 or more
 * @param configuration Kafka's topic settings by their names
 */
public record TopicDefinition(String name, int partitions, short replicationFactor, Map<String, String> configuration) {
    /** Copies the configuration. */
    public TopicDefinition {
        requireNonNull(name, "name");
        configuration = Map.copyOf(configuration);
    }

    NewTopic toNewTopic() {
        return new NewTopic(name, partitions, replicationFactor).configs(configuration);
    }
}
