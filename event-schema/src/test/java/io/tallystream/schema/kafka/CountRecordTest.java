package io.tallystream.schema.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountRecordTest {
    private static final byte[] ONE = {0, 0, 0, 0, 0, 0, 0, 1};

    @Test
    void shouldReadWhatItWrote() {
        CountRecord counted = new CountRecord(CountAddress.ofTotal(Metric.CLICKS, Window.LIFETIME), Long.MAX_VALUE);

        assertThat(CountRecord.decode(counted.key(), counted.encodedValue())).isEqualTo(counted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "calls",
                "calls|minute|2026-11-20T10:15Z|total",
                "nothing|minute|2026-11-20T10:15Z|total|",
                "calls|second|2026-11-20T10:15Z|total|",
                "calls|minute|2026-11-20T10:15Z|colour|",
            })
    void shouldRefuseAKeyThatNamesNoCount(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CountRecord.decode(key.getBytes(StandardCharsets.UTF_8), ONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c3", "eda080", "f5808080", "c080"})
    void shouldRefuseAKeyThatIsNotUtf8(String end) {
        byte[] key = HexFormat.of()
                .parseHex(HexFormat.of().formatHex("calls|day|2026-11-20|status|".getBytes(StandardCharsets.UTF_8))
                        + end);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> CountRecord.decode(key, ONE))
                .withMessageContaining("UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00fc", "\ud83d\ude00", "\ufffd", "\ufffd\u00fc"})
    void shouldReadAnyMemberThatIsUtf8(String member) {
        byte[] key = ("calls|day|2026-11-20|status|" + member).getBytes(StandardCharsets.UTF_8);

        assertThat(CountRecord.decode(key, ONE).address().member()).isEqualTo(member);
    }

    @Test
    void shouldEraseCountsOfUsersOnly() {
        byte[] user = "clicks|lifetime|all|user|u|1".getBytes(StandardCharsets.UTF_8);
        byte[] total = "clicks|lifetime|all|total|".getBytes(StandardCharsets.UTF_8);

        assertThat(CountRecord.decodeErased(user))
                .isEqualTo(new CountAddress(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u|1"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CountRecord.decodeErased(total))
                .withMessageContaining("only counts of users");
        assertThatIllegalArgumentException().isThrownBy(() -> CountRecord.decodeErased(null));
        assertThatIllegalArgumentException().isThrownBy(() -> CountRecord.decodeErased(new byte[0]));
    }

    @Test
    void shouldRefuseAValueThatIsNoCount() {
        byte[] key = "calls|lifetime|all|total|".getBytes(StandardCharsets.UTF_8);

        assertThatIllegalArgumentException().isThrownBy(() -> CountRecord.decode(key, null));
        assertThatIllegalArgumentException().isThrownBy(() -> CountRecord.decode(null, ONE));
        assertThatIllegalArgumentException().isThrownBy(() -> CountRecord.decode(key, new byte[] {1}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CountRecord.decode(key, new byte[] {-1, 0, 0, 0, 0, 0, 0, 0}));
    }
}
