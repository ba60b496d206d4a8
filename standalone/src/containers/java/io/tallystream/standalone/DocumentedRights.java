package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;

/** What docs/operations.md says that each service has to be allowed, as Kafka and Redis take it. */
final class DocumentedRights {
    private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");
    private static final Pattern KAFKA = Pattern.compile(
            "^\\| (\\w+) \\| (`.+`) \\| (topics|group|transactional ids) (`.+`) \\|$", Pattern.MULTILINE);
    private static final Pattern REDIS = Pattern.compile("^ACL SETUSER .+$", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Map<String, ResourceType> RESOURCES = Map.of(
            "topics",
            ResourceType.TOPIC,
            "group",
            ResourceType.GROUP,
            "transactional ids",
            ResourceType.TRANSACTIONAL_ID);

    private DocumentedRights() {}

    /** One for each user, operation and resource of the table. */
    static List<AclBinding> ofKafka() {
        List<AclBinding> bindings = new ArrayList<>();
        KAFKA.matcher(text())
                .results()
                .forEach(row -> code(row.group(2))
                        .forEach(operation -> code(row.group(4))
                                .map(name -> resource(RESOURCES.get(row.group(3)), name))
                                .forEach(resource ->
                                        bindings.add(new AclBinding(resource, allowed(row.group(1), operation))))));
        assertThat(bindings).as("rights in %s", OPERATIONS).hasSizeGreaterThan(20);
        return bindings;
    }

    private static ResourcePattern resource(ResourceType type, String name) {
        return name.endsWith("*")
                ? new ResourcePattern(type, name.substring(0, name.length() - 1), PatternType.PREFIXED)
                : new ResourcePattern(type, name, PatternType.LITERAL);
    }

    private static AccessControlEntry allowed(String user, String operation) {
        return new AccessControlEntry("User:" + user, "*", SecurityUtils.operation(operation), AclPermissionType.ALLOW);
    }

    /** The words of a command for each user. */
    static List<String[]> ofRedis(String password) {
        List<String[]> commands = REDIS.matcher(text())
                .results()
                .map(line -> line.group().replace(">...", ">" + password).split(" "))
                .toList();
        assertThat(commands).as("rights in %s", OPERATIONS).hasSize(3);
        return commands;
    }

    private static Stream<String> code(String cell) {
        return CODE.matcher(cell).results().map((MatchResult code) -> code.group(1));
    }

    private static String text() {
        try {
            return Files.readString(OPERATIONS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
