package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents say of one another. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path ENGLISH = ROOT.resolve("README.md");
    private static final Path CHINESE = ROOT.resolve("README.zh-CN.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("^```.*?^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern IN_LINE_CODE = Pattern.compile("`[^`\n]+`");
    private static final Pattern HEADING = Pattern.compile("^(#+) (.*)$", Pattern.MULTILINE);

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> root = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(root, docs).filter(file -> file.toString().endsWith(".md")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldLinkToWhatThereIs(Path document) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links(withoutCode(document))) {
            if (!link.startsWith("http") && !isThere(document, link)) {
                broken.add(link);
            }
        }

        assertThat(broken).as(document.toString()).isEmpty();
    }

    private static boolean isThere(Path document, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
        return Files.exists(target)
                && (parts.length == 1
                        || HEADING.matcher(withoutCode(target))
                                .results()
                                .anyMatch(heading -> anchor(heading.group(2)).equals(parts[1])));
    }

    /** As GitHub makes them. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    @Test
    void shouldHaveTheSameSectionsInBothLanguages() throws IOException {
        assertThat(results(HEADING, withoutCode(CHINESE))
                        .map(heading -> heading.group(1))
                        .toList())
                .isEqualTo(results(HEADING, withoutCode(ENGLISH))
                        .map(heading -> heading.group(1))
                        .toList())
                .hasSizeGreaterThan(10);
    }

    @Test
    void shouldHaveTheSameCommandsInBothLanguages() throws IOException {
        assertThat(commands(CHINESE)).isEqualTo(commands(ENGLISH)).hasSizeGreaterThan(5);
    }

    /** Without comments, which are in the language of the document. */
    private static List<String> commands(Path document) throws IOException {
        return results(CODE, Files.readString(document))
                .map(block -> block.group().replaceAll("(?m)\\s+# .*$", ""))
                .toList();
    }

    @Test
    void shouldHaveTheSameLinksInBothLanguages() throws IOException {
        List<String> english = links(withoutCode(ENGLISH));
        List<String> chinese = links(withoutCode(CHINESE));
        assertThat(english).contains("README.zh-CN.md");
        assertThat(chinese).contains("README.md");
        english.remove("README.zh-CN.md");
        chinese.remove("README.md");

        assertThat(chinese).containsExactlyInAnyOrderElementsOf(english);
    }

    @Test
    void shouldHaveTheSameTablesInBothLanguages() throws IOException {
        assertThat(rows(CHINESE)).isEqualTo(rows(ENGLISH)).isGreaterThan(40);
    }

    private static long rows(Path document) throws IOException {
        return Files.readString(document)
                .lines()
                .filter(line -> line.startsWith("|"))
                .count();
    }

    @Test
    void shouldNameTheSameVariablesAndPathsInBothLanguages() throws IOException {
        assertThat(code(CHINESE)).containsAll(code(ENGLISH));
    }

    private static List<String> code(Path document) throws IOException {
        return results(IN_LINE_CODE, CODE.matcher(Files.readString(document)).replaceAll(""))
                .map(MatchResult::group)
                .distinct()
                .toList();
    }

    private static List<String> links(String text) {
        return new ArrayList<>(results(LINK, text).map(link -> link.group(1)).toList());
    }

    private static String withoutCode(Path document) throws IOException {
        return CODE.matcher(Files.readString(document)).replaceAll("");
    }

    private static Stream<MatchResult> results(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }
}
