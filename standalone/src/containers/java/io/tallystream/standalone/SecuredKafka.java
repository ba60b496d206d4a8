package io.tallystream.standalone;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A broker that lets its users do what is documented, and on {@link #ADDRESS} nobody else in. The host's own listener is
 * open.
 */
final class SecuredKafka extends KafkaContainer {
    static final String ADDRESS = "kafka:19092";

    // Testcontainers' name for the first listener of withListener.
    private static final String LISTENER = "TC-0";
    private static final String PROTOCOLS = "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP";

    private final String password;

    SecuredKafka(String password) {
        super(DockerImageName.parse("apache/kafka:4.3.1"));
        this.password = password;
        withListener(ADDRESS);
        withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
        withEnv("KAFKA_AUTHORIZER_CLASS_NAME", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        withEnv("KAFKA_SUPER_USERS", "User:ANONYMOUS");
        withEnv("KAFKA_SASL_ENABLED_MECHANISMS", "PLAIN");
        // In the image's spelling: listener.name.tc-0.plain.sasl.jaas.config.
        withEnv(
                "KAFKA_LISTENER_NAME_TC___0_PLAIN_SASL_JAAS_CONFIG",
                login(users().stream().collect(Collectors.toMap(user -> "user_" + user, user -> password))));
    }

    private static List<String> users() {
        return DocumentedRights.ofKafka().stream()
                .map(binding -> binding.entry().principal().replaceFirst("User:", ""))
                .distinct()
                .toList();
    }

    private static String login(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> " %s=\"%s\"".formatted(option.getKey(), option.getValue()))
                .collect(Collectors.joining("", PlainLoginModule.class.getName() + " required", ";"));
    }

    @Override
    protected void configure() {
        super.configure();
        addEnv(PROTOCOLS, getEnvMap().get(PROTOCOLS).replace(LISTENER + ":PLAINTEXT", LISTENER + ":SASL_PLAINTEXT"));
    }

    /** Gives the users their rights. To be called when it has started. */
    void allowWhatIsDocumented() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", getBootstrapServers()))) {
            admin.createAcls(DocumentedRights.ofKafka()).all().get();
        }
    }

    /** The settings with which a service is that user. */
    Map<String, String> settings(String user) {
        return Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                ADDRESS,
                "KAFKA_CLIENT_SECURITY_PROTOCOL",
                "SASL_PLAINTEXT",
                "KAFKA_CLIENT_SASL_MECHANISM",
                "PLAIN",
                "KAFKA_CLIENT_SASL_JAAS_CONFIG",
                login(Map.of("username", user, "password", password)));
    }
}
