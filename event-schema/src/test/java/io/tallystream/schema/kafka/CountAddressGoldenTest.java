package io.tallystream.schema.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.redis.CountKeys;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Pins how one count is named on Kafka and in Redis. */
class CountAddressGoldenTest {
    private final CountKeys keys = new CountKeys("tally", 1);

    @TestFactory
    Stream<DynamicTest> shouldNameACount() throws IOException {
        return cases().map(golden -> DynamicTest.dynamicTest(text(golden, "record_key"), () -> {
            CountAddress address = new CountAddress(
                    Metric.ofWireName(text(golden, "metric")),
                    new Window(Granularity.ofWireName(text(golden, "granularity")), text(golden, "window")),
                    Dimension.ofWireName(text(golden, "dimension")),
                    text(golden, "member"));

            assertThat(CountKey.format(address)).isEqualTo(text(golden, "record_key"));
            byte[] head = CountKey.head(address.metric(), address.window(), address.dimension());
            assertThat(CountKey.of(head, address.member().getBytes(UTF_8)))
                    .asString(UTF_8)
                    .isEqualTo(text(golden, "record_key"));
            assertThat(CountKey.parse(text(golden, "record_key"))).isEqualTo(address);
            assertThat(Topics.counts(address.retentionClass())).isEqualTo(text(golden, "topic"));
            assertThat(keys.key(address)).isEqualTo(text(golden, "redis_key"));
            assertThat(keys.member(address)).isEqualTo(text(golden, "redis_member"));
            assertThat(keys.parse(text(golden, "redis_key"))).hasValueSatisfying(contents -> {
                assertThat(contents.window()).isEqualTo(address.window());
                assertThat(contents.dimension()).isEqualTo(address.dimension());
                assertThat(contents.metric().isEmpty()).isEqualTo(address.dimension() == Dimension.TOTAL);
                contents.metric().ifPresent(metric -> assertThat(metric).isEqualTo(address.metric()));
            });
        }));
    }

    private static Stream<JsonNode> cases() throws IOException {
        try (InputStream golden = CountAddressGoldenTest.class.getResourceAsStream("/golden/count-addresses.json")) {
            JsonNode all = new ObjectMapper().readTree(golden);
            assertThat(all).isNotEmpty();
            return all.valueStream();
        }
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).asText();
    }
}
