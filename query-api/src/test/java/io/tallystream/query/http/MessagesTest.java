package io.tallystream.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The texts of the dashboard. */
class MessagesTest {
    private static final Pattern NAME = Pattern.compile("\\{\\w+}");
    // What it asks for by its whole name, and by the beginning of one.
    private static final Pattern ASKED = Pattern.compile("\\bt\\('([\\w.-]+)'(?!\\s*\\+)");
    private static final Pattern BEGUN = Pattern.compile("\\bt\\('([\\w.-]+\\.)'\\s*\\+");
    private static final Pattern NAMED = Pattern.compile("'([a-z_-]+(?:\\.[\\w-]+)+)'");

    private final JsonNode english = read("en");
    private final JsonNode chinese = read("zh");
    private final String modules = new DashboardFiles()
            .files().entrySet().stream()
                    .filter(file ->
                            file.getKey().endsWith(".js") && !file.getKey().endsWith("echarts.js"))
                    .map(file -> file.getValue().content().toString(StandardCharsets.UTF_8))
                    .collect(Collectors.joining());

    @Test
    void shouldBeTheSameInAllLanguages() {
        assertThat(keys(chinese)).isEqualTo(keys(english));
        assertThat(keys(english)).hasSizeGreaterThan(100);
        for (String key : keys(english)) {
            assertThat(english.path(key).asText()).as(key).isNotBlank();
            assertThat(chinese.path(key).asText()).as(key).isNotBlank();
            assertThat(names(chinese, key)).as(key).isEqualTo(names(english, key));
        }
    }

    @Test
    void shouldBeThereForWhateverAModuleAsksFor() {
        assertThat(all(ASKED)).hasSizeGreaterThan(100).isSubsetOf(keys(english));
        assertThat(all(BEGUN))
                .allSatisfy(begin -> assertThat(keys(english))
                        .anySatisfy(key -> assertThat(key).startsWith(begin)));
    }

    @Test
    void shouldEachBeAskedFor() {
        Set<String> whole = all(NAMED);
        Set<String> begun = all(BEGUN);
        assertThat(keys(english))
                .allSatisfy(
                        key -> assertThat(whole.contains(key) || begun.stream().anyMatch(key::startsWith))
                                .as(key)
                                .isTrue());
    }

    @Test
    void shouldNameWhateverIsCounted() {
        for (CountTable.Row row : CountTable.rows()) {
            assertThat(keys(english)).contains("metric." + row.metric().wireName());
            if (row.dimension() != Dimension.TOTAL) {
                assertThat(keys(english))
                        .contains("dimension." + row.dimension().wireName());
            }
        }
    }

    private Set<String> all(Pattern pattern) {
        return pattern.matcher(modules).results().map(match -> match.group(1)).collect(Collectors.toSet());
    }

    private static Set<String> keys(JsonNode messages) {
        Set<String> keys = new TreeSet<>();
        messages.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static List<String> names(JsonNode messages, String key) {
        return NAME.matcher(messages.path(key).asText())
                .results()
                .map(match -> match.group())
                .sorted()
                .toList();
    }

    private static JsonNode read(String language) {
        try {
            return new ObjectMapper().readTree(StaticFile.read("/dashboard/messages/" + language + ".json"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
