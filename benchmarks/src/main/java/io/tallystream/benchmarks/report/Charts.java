package io.tallystream.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws what a {@link Report} wrote, a figure for each comparison: a curve where its contenders are numbers of something, such as
 * {@code 100,000 users}, and bars otherwise. Medians, and how far the rounds lay from them.
 */
public final class Charts {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern NUMBERED = Pattern.compile("([0-9,]+) (.+)");
    private static final int WIDTH = 760;
    private static final int HEIGHT = 400;
    private static final int LABEL_DEGREES = 20;
    // From where on the small numbers would lie on one another.
    private static final double WIDE = 20;
    private static final Color INK = new Color(0x1f, 0x4e, 0x79);
    private static final Color GRID = new Color(0xdd, 0xdd, 0xdd);
    private static final Pattern LONG_FRACTION = Pattern.compile("([0-9]+\\.[0-9])[0-9]+");

    private Charts() {}

    /**
     * Draws all results of a folder.
     *
     * @param results with JSON files, as {@link Report#write} makes them
     * @param folder for the figures, which is made if it is missing
     * @return the figures' files
     */
    public static List<Path> draw(Path results, Path folder) throws IOException {
        System.setProperty("java.awt.headless", "true");
        Files.createDirectories(folder);
        List<Path> figures = new ArrayList<>();
        List<Path> reports;
        try (Stream<Path> files = Files.list(results)) {
            reports = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        for (Path file : reports) {
            JsonNode report = MAPPER.readTree(file.toFile());
            for (JsonNode comparison : report.path("comparisons")) {
                List<JsonNode> contenders = new ArrayList<>();
                comparison.path("contenders").forEach(contenders::add);
                if (!contenders.isEmpty()) {
                    String name = report.path("benchmark").asText() + "-"
                            + slug(comparison.path("title").asText());
                    draw(comparison, contenders, folder.resolve(name), figures);
                }
            }
        }
        return figures;
    }

    private static void draw(JsonNode comparison, List<JsonNode> contenders, Path figure, List<Path> figures)
            throws IOException {
        String title = comparison.path("title").asText();
        String unit = comparison.path("unit").asText();
        boolean isCurve = contenders.size() > 1
                && contenders.stream()
                        .allMatch(contender -> NUMBERED.matcher(name(contender)).matches());
        if (!isCurve) {
            figures.add(write(bars(title, unit, contenders), figure));
            return;
        }
        figures.add(write(curve(title, unit, contenders, Charts::median, Charts::spread), figure));
        if (contenders.stream().allMatch(contender -> contender.has("cpu_micros"))) {
            Chart<?, ?> costs = curve(
                    title,
                    "CPU µs per event",
                    contenders,
                    contender -> contender.path("cpu_micros").asDouble(),
                    contender -> 0);
            figures.add(write(costs, figure.resolveSibling(figure.getFileName() + "-cpu")));
        }
    }

    private static Chart<?, ?> curve(
            String title,
            String unit,
            List<JsonNode> contenders,
            ToDoubleFunction<JsonNode> figure,
            ToDoubleFunction<JsonNode> spread) {
        double[] numbers = contenders.stream().mapToDouble(Charts::number).toArray();
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(thing(contenders.get(0)))
                .yAxisTitle(unit)
                .build();
        style(chart.getStyler());
        double most = Arrays.stream(numbers).max().orElse(0);
        double least = Arrays.stream(numbers).min().orElse(0);
        chart.getStyler().setXAxisLogarithmic(least > 0 && most / least >= WIDE);
        chart.addSeries(
                        unit,
                        numbers,
                        contenders.stream().mapToDouble(figure).toArray(),
                        contenders.stream().mapToDouble(spread).toArray())
                .setMarker(SeriesMarkers.CIRCLE)
                .setMarkerColor(INK)
                .setLineColor(INK);
        return chart;
    }

    private static Chart<?, ?> bars(String title, String unit, List<JsonNode> contenders) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .yAxisTitle(unit)
                .build();
        style(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(LABEL_DEGREES);
        chart.getStyler().setAvailableSpaceFill(0.5);
        chart.addSeries(
                        unit,
                        contenders.stream().map(Charts::name).toList(),
                        contenders.stream().map(Charts::median).toList(),
                        contenders.stream().map(Charts::spread).toList())
                .setFillColor(INK);
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        styler.setLegendVisible(false);
        styler.setYAxisMin(0.0);
        styler.setYAxisDecimalPattern("#,##0.##");
        styler.setXAxisDecimalPattern("#,##0");
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        // Dashes would be paths of their own, and most of the file.
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotGridLinesColor(GRID);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
    }

    private static Path write(Chart<?, ?> chart, Path figure) throws IOException {
        Path file = figure.resolveSibling(figure.getFileName() + ".svg");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
        // A tenth of a pixel is fine enough, and half the file.
        String svg = LONG_FRACTION.matcher(out.toString(StandardCharsets.UTF_8)).replaceAll("$1");
        return Files.writeString(file, svg);
    }

    private static String name(JsonNode contender) {
        return contender.path("name").asText();
    }

    private static double median(JsonNode contender) {
        return contender.path("median").asDouble();
    }

    /** The farther of the rounds from their median. */
    private static double spread(JsonNode contender) {
        double median = median(contender);
        return Math.max(
                contender.path("max").asDouble() - median,
                median - contender.path("min").asDouble());
    }

    private static double number(JsonNode contender) {
        return Double.parseDouble(matched(contender).group(1).replace(",", ""));
    }

    private static String thing(JsonNode contender) {
        return matched(contender).group(2);
    }

    private static Matcher matched(JsonNode contender) {
        Matcher matcher = NUMBERED.matcher(name(contender));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no number: " + name(contender));
        }
        return matcher;
    }

    private static String slug(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
