package io.tallystream.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class ChartsTest {
    @TempDir
    Path folder;

    private final Report report = new Report("scale", "bench scale", Machine.current(), Instant.EPOCH);

    @BeforeEach
    void measure() throws Exception {
        Comparison byUsers = report.comparison("by the number of users", "events per second", "1,000 users");
        ProcessUsage.Spent spent = new ProcessUsage.Spent(Duration.ofMillis(5), 1 << 20);
        byUsers.add("1,000 users", Measurement.of(300_000, spent, 1_000));
        byUsers.add("1,000 users", Measurement.of(310_000, spent, 1_000));
        byUsers.add("100,000 users", Measurement.of(200_000, spent, 1_000));
        Comparison beside = report.comparison("beside, others & <more>", "ms", "Flink");
        beside.add("engine", Measurement.of(3));
        beside.add("Flink", Measurement.of(4));
        report.comparison("nothing", "ms", "nobody");
        report.write(folder);
    }

    @Test
    void shouldDrawACurveOfNumbersAndItsCostsAndBarsOfOthers() throws Exception {
        List<Path> figures = Charts.draw(folder, folder.resolve("figures"));

        assertThat(figures)
                .extracting(figure -> figure.getFileName().toString())
                .containsExactly(
                        "scale-by-the-number-of-users.svg",
                        "scale-by-the-number-of-users-cpu.svg",
                        "scale-beside-others-more.svg");
        assertThat(drawn(figures.get(0), "ellipse")).as("points of the curve").isEqualTo(2);
        assertThat(drawn(figures.get(1), "ellipse")).as("points of its costs").isEqualTo(2);
        assertThat(drawn(figures.get(2), "path")).as("bars").isEqualTo(2);
    }

    /** How many such elements have the colour of data, in a document that is well-formed, and an image. */
    private static long drawn(Path figure, String element) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document document = factory.newDocumentBuilder().parse(figure.toFile());
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        NodeList elements = document.getElementsByTagName(element);
        return IntStream.range(0, elements.getLength())
                .mapToObj(elements::item)
                .filter(node -> node instanceof Element found
                        && found.getAttribute("style").contains("rgb(31,78,121)"))
                .count();
    }
}
