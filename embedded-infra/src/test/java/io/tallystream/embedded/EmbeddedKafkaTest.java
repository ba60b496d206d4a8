package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddedKafkaTest {

    private static final Path FOLDER = Path.of("unused");

    @Test
    void shouldRefuseSettingsThatItOwns() {
        Map<String, String> properties = Map.of("node.id", "7", "log.dir", "/elsewhere", "num.io.threads", "1");

        assertThatThrownBy(() -> new EmbeddedKafka.Config(FOLDER, 0, properties))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("broker properties that cannot be set: [log.dir, node.id]");
    }

    @Test
    void shouldRefusePortsThatDoNotExist() {
        assertThatThrownBy(() -> new EmbeddedKafka.Config(FOLDER, 65_536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port must be between 0 and 65535: 65536");
    }
}
