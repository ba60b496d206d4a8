package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationDocsTest {
    private static final Path TABLE = Path.of("..", "docs", "configuration.md");

    @Test
    void shouldDescribeEverySettingAsItIs() throws IOException {
        List<String> expected = Settings.all().stream()
                .map(setting -> "| `%s` | %s | %s |"
                        .formatted(
                                setting.name(),
                                setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`",
                                setting.meaning()))
                .toList();

        assertThat(Files.readAllLines(TABLE).stream().filter(line -> line.startsWith("| `")))
                .containsExactlyElementsOf(expected);
    }
}
