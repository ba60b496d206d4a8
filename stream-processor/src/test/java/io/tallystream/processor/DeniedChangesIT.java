package io.tallystream.processor;

import static io.tallystream.processor.RunningProcessor.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.schema.kafka.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The processor on a Kafka that does not let it change topics. */
@Timeout(120)
class DeniedChangesIT {
    private static final int PARTITIONS = 2;
    private static final String A_DAY = "86400000";

    @TempDir
    private Path folder;

    @Test
    void shouldRefuseATopicThatItMayNotMend() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(
                        folder.resolve("kafka"),
                        0,
                        Map.of(
                                "authorizer.class.name",
                                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                                "allow.everyone.if.no.acl.found",
                                "true")));
                ProcessorTopics topics = new ProcessorTopics(kafka.bootstrapServers())) {
            topics.create(
                    Topics.USER_ACTIONS,
                    PARTITIONS,
                    Map.of(
                            "message.timestamp.type",
                            "LogAppendTime",
                            "retention.ms",
                            A_DAY,
                            "segment.ms",
                            "604800000"));
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                admin.createAcls(List.of(
                                onUserActions(AclOperation.ALL, AclPermissionType.ALLOW),
                                onUserActions(AclOperation.ALTER_CONFIGS, AclPermissionType.DENY)))
                        .all()
                        .get();
            }

            try (RunningProcessor processor = new RunningProcessor(Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS",
                    kafka.bootstrapServers(),
                    "PARTITIONS",
                    Integer.toString(PARTITIONS),
                    "DATA_DIR",
                    folder.resolve("state").toString()))) {
                await().atMost(PATIENCE).until(() -> processor.failure() != null);

                assertThat(processor.failure())
                        .isInstanceOf(StartupException.class)
                        .hasMessageContaining("topic user-actions has segment.ms=604800000")
                        .hasMessageContaining("--entity-name user-actions --add-config segment.ms=" + A_DAY)
                        .hasMessageContaining("Topic authorization failed");
                assertThat(topics.setting(Topics.USER_ACTIONS, "segment.ms")).isEqualTo("604800000");
            }
        }
    }

    private static AclBinding onUserActions(AclOperation operation, AclPermissionType permission) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, Topics.USER_ACTIONS, PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", operation, permission));
    }
}
