package io.tallystream.schema.count;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherMemberTest {
    @ParameterizedTest
    @CsvSource({
        "ENDPOINT, __other__/0, __other__",
        "PRODUCT, __other__/117, __other__",
        "PAGE, __other__/3, __other__",
        "ENDPOINT_STATUS, 503 __other__/3, 503 __other__",
        "ENDPOINT_STATUS, success __other__/3, success __other__",
        "ENDPOINT_LATENCY, 120 __other__/3, 120 __other__",
    })
    void shouldKnowTheSharesOfPartitions(Dimension dimension, String share, String whole) {
        assertThat(OtherMember.wholeOf(dimension, share)).contains(whole);
        assertThat(OtherMember.isWhole(dimension, whole)).isTrue();
        assertThat(OtherMember.isWhole(dimension, share)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ENDPOINT, /a",
        "ENDPOINT, __other__",
        "ENDPOINT, __other__/",
        "ENDPOINT, __other__/x",
        "ENDPOINT, __other__/1/2",
        "ENDPOINT, 503 __other__/3",
        "ENDPOINT_STATUS, __other__/3",
        "ENDPOINT_STATUS, 503 /a __other__/3",
        // Users are not limited: this is one of that name.
        "USER, __other__/3",
    })
    void shouldLetOthersStandForThemselves(Dimension dimension, String member) {
        assertThat(OtherMember.wholeOf(dimension, member)).isEmpty();
    }

    @Test
    void shouldMakeTheNamesItKnows() {
        assertThat(OtherMember.wholeOf(Dimension.PAGE, OtherMember.ofPartition(7)))
                .contains(OtherMember.NAME);
        assertThat(OtherMember.isWhole(
                        Dimension.ENDPOINT_LATENCY, Dimension.endpointLatencyMember(OtherMember.NAME, 30)))
                .isTrue();
    }
}
