package io.tallystream.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.event.EventType;
import io.tallystream.schema.event.EventWriter;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrafficModelTest {
    private static final int EVENTS = 50_000;

    @Test
    void shouldLookLikeTraffic() {
        TrafficModel model = new TrafficModel(1);
        EventReader reader = new EventReader();
        EventWriter writer = new EventWriter();
        Map<String, Integer> endpoints = new HashMap<>();
        Set<String> users = new HashSet<>();
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        int errors = 0;
        int calls = 0;

        for (int i = 0; i < EVENTS; i++) {
            Event event = model.next("id-" + i);
            assertThat(reader.read(writer.write(event))).isEqualTo(new EventReading.Valid(event));
            types.add(event.type());
            users.add(event.userId());
            if (event instanceof Event.ApiCall call) {
                endpoints.merge(call.endpoint(), 1, Integer::sum);
                calls++;
                errors += call.status().isSuccess() ? 0 : 1;
            }
        }

        assertThat(types).containsExactlyInAnyOrder(EventType.values());
        assertThat(endpoints).hasSizeGreaterThanOrEqualTo(24);
        assertThat(users).hasSizeGreaterThan(3_000);
        assertThat(errors / (double) calls).isBetween(0.005, 0.05);
        List<Integer> byPopularity =
                endpoints.values().stream().sorted(Comparator.reverseOrder()).toList();
        assertThat(byPopularity.get(0)).isGreaterThan(5 * byPopularity.get(byPopularity.size() / 2));
    }

    @Test
    void shouldBeTheSameForTheSameSeed() {
        assertThat(first(7)).isEqualTo(first(7)).isNotEqualTo(first(8));
    }

    @Test
    void shouldCountAsOftenAsAsked() {
        TrafficModel model = new TrafficModel(1);

        assertThat(IntStream.range(0, 10_000)
                        .map(i -> model.count(30))
                        .average()
                        .orElseThrow())
                .isBetween(29.0, 31.0);
    }

    private static List<Event> first(long seed) {
        TrafficModel model = new TrafficModel(seed);
        return IntStream.range(0, 20).mapToObj(i -> model.next("id-" + i)).collect(Collectors.toList());
    }
}
