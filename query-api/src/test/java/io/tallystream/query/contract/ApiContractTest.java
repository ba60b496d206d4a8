package io.tallystream.query.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiContractTest {
    private final ApiContract contract = ApiContract.load();

    @Test
    void shouldNameEveryOperationOnce() {
        assertThat(contract.operations())
                .extracting(Operation::id)
                .doesNotHaveDuplicates()
                .doesNotContain("");
        assertThat(contract.operations()).allSatisfy(operation -> {
            assertThat(operation.types().isEmpty())
                    .as(operation.id())
                    .isEqualTo(operation.id().equals("signOut"));
            assertThat(operation.parameters())
                    .extracting(Parameter::name)
                    .doesNotHaveDuplicates()
                    .doesNotContain("");
        });
    }

    @Test
    void shouldReferToWhatThereIs() {
        contract.root()
                .findValues("$ref")
                .forEach(reference -> assertThat(contract.root()
                                .at(reference.asText().substring(1))
                                .isMissingNode())
                        .as(reference.asText())
                        .isFalse());
    }

    @Test
    void shouldHaveAParameterForEachPlaceInAPath() {
        assertThat(contract.operations())
                .allSatisfy(operation -> assertThat(operation.parameters())
                        .filteredOn(parameter -> parameter.place() == Parameter.Place.PATH)
                        .allSatisfy(parameter -> {
                            assertThat(operation.path()).contains("{" + parameter.name() + "}");
                            assertThat(parameter.required()).isTrue();
                        })
                        .hasSize((int)
                                operation.path().chars().filter(c -> c == '{').count()));
    }

    @Test
    void shouldOfferAllMetricsAndDimensionsThatCanBeAsked() {
        assertThat(choices("trend", "metric")).isEqualTo(names(Metric.values(), Metric::wireName, "latency"));
        assertThat(choices("trend", "dimension"))
                .isEqualTo(names(Dimension.values(), Dimension::wireName, "total", "endpoint_latency"));
        assertThat(choices("top", "dimension")).isEqualTo(choices("trend", "dimension"));
        assertThat(choices("members", "dimension"))
                .isEqualTo(names(
                        Dimension.values(),
                        Dimension::wireName,
                        "total",
                        "endpoint_status",
                        "endpoint_latency",
                        "user"));
        assertThat(choices("top", "granularity")).isEqualTo(names(Granularity.values(), Granularity::wireName));
        assertThat(choices("top", "metric"))
                .isEqualTo(new HashSet<>(CountTable.rows().stream()
                        .filter(row -> row.dimension() != Dimension.TOTAL && row.metric() != Metric.LATENCY)
                        .map(row -> row.metric().wireName())
                        .toList()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "1001", "1000000000", "-1", "+5", "05", "1e2", "1.0", "", " 5", "99999999999999999999"})
    void shouldTakeNumbersWithinTheirBoundsOnly(String limit) {
        assertThatThrownBy(() -> operation("top").read(Map.of(), Map.of("limit", List.of(limit))))
                .isInstanceOf(RefusedException.class)
                .hasMessage("limit must be a whole number from 1 to 1000");
        assertThat(operation("top")
                        .read(Map.of(), Map.of("limit", List.of("1000")))
                        .number("limit"))
                .isEqualTo(1_000);
        assertThat(operation("top").read(Map.of(), Map.of()).number("limit")).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0000b", "a\nb", "\u007f", "\u0085", "\uFFFD", "\uD800"})
    void shouldRefuseOddCharacters(String member) {
        assertThatThrownBy(() -> operation("trend").read(Map.of(), Map.of("member", List.of(member))))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("member must be ");
    }

    @Test
    void shouldRefuseTextsThatNoEventCanHold() {
        String longest = "\uD83D\uDE00".repeat(256);

        assertThat(operation("latency")
                        .read(Map.of(), Map.of("endpoint", List.of(longest)))
                        .text("endpoint"))
                .isEqualTo(longest);
        assertThatThrownBy(() -> operation("latency").read(Map.of(), Map.of("endpoint", List.of(longest + "x"))))
                .isInstanceOf(RefusedException.class)
                .hasMessage("endpoint must be of 1 to 256 characters");
    }

    @Test
    void shouldRefuseAParameterGivenTwiceAndOneThatIsMissing() {
        assertThatThrownBy(() -> operation("trend").read(Map.of(), Map.of("range", List.of("day", "day"))))
                .hasMessage("range must not be given more than once");
        assertThatThrownBy(() -> operation("latency").read(Map.of(), Map.of())).hasMessage("endpoint is required");
    }

    @Test
    void shouldNotTakeAParameterOfThePathFromTheQuery() {
        assertThatThrownBy(() -> operation("userClicks").read(Map.of("id", "u1"), Map.of("id", List.of("u2"))))
                .hasMessage("the parameter id is not known here; known: []");
    }

    @Test
    void shouldMakeAPageOfAllOperationsAndEscapeWhatItShows() {
        String html = new ApiPage(contract).html();

        contract.operations()
                .forEach(operation -> assertThat(html)
                        .contains("id=\"" + operation.id() + "\"", "<code>" + operation.path() + "</code>"));
        assertThat(html)
                .contains("&quot;as_of&quot;", "granularity=hour&amp;from=")
                .doesNotContain("<script", "style=");
    }

    private Operation operation(String id) {
        return contract.operations().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Set<String> choices(String operation, String parameter) {
        return operation(operation).parameters().stream()
                .filter(known -> known.name().equals(parameter))
                .flatMap(known -> known.choices().stream())
                .collect(Collectors.toSet());
    }

    private static <E> Set<String> names(E[] constants, Function<E, String> name, String... but) {
        Set<String> names = new HashSet<>(Arrays.stream(constants).map(name).toList());
        names.removeAll(Stream.of(but).toList());
        return names;
    }
}
