package io.tallystream.processor.ids;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.Utf8Slice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenChunksTest {
    private static final long NOW = 1_795_166_131_250L;
    private static final long HORIZON = 600_000;
    private static final long DISORDER = 60_000;

    private final KeyValueStore<Bytes, byte[]> store = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore("seen"), new Serdes.BytesSerde(), new Serdes.ByteArraySerde())
            .withLoggingDisabled()
            .build();
    private final EventView view = new EventView();
    private final SeenIds seen;
    private final SeenIds restored;

    SeenChunksTest(@TempDir Path folder) {
        MockProcessorContext<Object, Object> context = new MockProcessorContext<>(
                asProperties(Map.of("application.id", "test")), new TaskId(0, 0), folder.toFile());
        store.init(context.getStateStoreContext(), store);
        IdLimits limits = IdLimits.within(1_000_000);
        seen = new SeenIds(folder, HORIZON, limits);
        restored = new SeenIds(folder, HORIZON, limits);
    }

    @AfterEach
    void close() {
        seen.clear();
        restored.clear();
        store.close();
    }

    @Test
    void shouldRestoreAllThatMayHaveDuplicates() {
        SeenChunks chunks = new SeenChunks(store, seen, HORIZON);
        for (int i = 0; i < 3_000; i++) {
            seen.isDuplicate(id(i), NOW + i * 1_000L);
            chunks.save();
        }

        SeenChunks again = new SeenChunks(store, restored, HORIZON);
        again.restore();

        long last = NOW + 2_999 * 1_000L;
        assertThat(restored.clock()).isEqualTo(last);
        assertThat(restored.isDuplicate(id(2_399), last)).isTrue();
        assertThat(restored.isDuplicate(id(2_398), last)).isFalse();
        again.save();
        seen.clear();
        new SeenChunks(store, seen, HORIZON).restore();
        // Saved at the same clock, and so under a number of its own.
        assertThat(seen.isDuplicate(id(2_999), last)).isTrue();
        assertThat(seen.isDuplicate(id(2_398), last)).isTrue();
    }

    @Test
    void shouldRemoveWhatIsPastTheHorizon() {
        SeenChunks chunks = new SeenChunks(store, seen, HORIZON);
        for (int i = 0; i < 10_000; i++) {
            seen.isDuplicate(id(i), NOW + i * 1_000L);
            chunks.save();
            assertThat(count()).isLessThanOrEqualTo((int) ((HORIZON + DISORDER + HORIZON / 16) / 1_000) + 2);
        }
        assertThat(count()).isGreaterThanOrEqualTo((int) ((HORIZON + DISORDER) / 1_000));
    }

    private int count() {
        int count = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    private static Properties asProperties(Map<String, String> values) {
        Properties properties = new Properties();
        properties.putAll(values);
        properties.put("bootstrap.servers", "none:9092");
        return properties;
    }

    private Utf8Slice id(int number) {
        assertThat(view.read(("{\"type\":\"page_view\",\"page\":\"/\",\"id\":\"id-" + number + "\"}")
                        .getBytes(StandardCharsets.UTF_8)))
                .isNull();
        return view.id();
    }
}
