package io.tallystream.processor.count;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a RocksDB of its own. */
class WriteBackStoreTest {
    private static final int MAX_HELD = 3;
    private static final TopicPartition CHANGELOG = new TopicPartition("changelog", 0);

    private final StateStoreContext context;
    private final KeyValueStore<Bytes, byte[]> disk =
            Stores.persistentKeyValueStore("users").get();
    private final WriteBackStore store = new WriteBackStore(disk, MAX_HELD);

    WriteBackStoreTest(@TempDir Path folder) {
        Properties settings = new Properties();
        settings.put("application.id", "test");
        context = new MockProcessorContext<>(settings, new TaskId(0, 0), folder.toFile()).getStateStoreContext();
        store.init(context, store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldGiveWhatWasWrittenLastAndKeepItFromTheDisk() {
        disk.put(key("a"), value("old"));
        disk.put(key("b"), value("old"));
        disk.put(key("c"), value("old"));

        put("a", "1");
        put("a", "2");
        assertThat(store.delete(key("b"))).isEqualTo(value("old"));
        assertThat(store.putIfAbsent(key("c"), value("new"))).isEqualTo(value("old"));
        assertThat(store.putIfAbsent(key("b"), value("back"))).isNull();
        assertThat(store.delete(key("b"))).isEqualTo(value("back"));

        assertThat(get("a")).isEqualTo("2");
        assertThat(get("b")).isNull();
        assertThat(get("c")).isEqualTo("old");
        assertThat(get("d")).isNull();
        assertThat(onDisk()).containsExactly("a=old", "b=old", "c=old");
    }

    @Test
    void shouldWriteAllOfItBeforeOffsetsAreCommitted() {
        disk.put(key("a"), value("old"));
        disk.put(key("b"), value("old"));

        put("c", "1");
        store.delete(key("a"));
        put("b", "1");
        put("b", "2");
        store.commit(Map.of(CHANGELOG, 7L));

        assertThat(onDisk()).containsExactly("b=2", "c=1");
        assertThat(store.committedOffset(CHANGELOG)).isEqualTo(7L);
        assertThat(get("b")).isEqualTo("2");
        assertThat(get("a")).isNull();
    }

    @Test
    void shouldHoldNoMoreThanItMay() {
        store.putAll(List.of(pair("c", "1"), pair("a", "1"), pair("b", "1"), pair("a", "2")));
        assertThat(onDisk()).isEmpty();

        put("d", "1");

        assertThat(onDisk()).containsExactly("a=2", "b=1", "c=1", "d=1");
        put("a", "3");
        assertThat(get("a")).isEqualTo("3");
        assertThat(onDisk()).startsWith("a=2");
    }

    @Test
    void shouldWriteMoreThanABatchBack() {
        WriteBackStore large = new WriteBackStore(disk, 5_000);
        for (int i = 0; i < 2_500; i++) {
            large.put(key("%05d".formatted(i)), value("x"));
        }

        large.commit(Map.of(CHANGELOG, 2_499L));

        assertThat(onDisk()).hasSize(2_500).startsWith("00000=x").endsWith("02499=x");
    }

    @Test
    void shouldFindInRangesWhatIsNotOnDiskYet() {
        disk.put(key("a"), value("1"));
        disk.put(key("b"), value("1"));
        put("c", "1");
        store.delete(key("b"));

        List<String> found = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> range = store.range(key("a"), key("c"))) {
            while (range.hasNext()) {
                KeyValue<Bytes, byte[]> entry = range.next();
                found.add(text(entry));
                store.delete(entry.key);
            }
        }

        assertThat(found).containsExactly("a=1", "c=1");
        assertThat(texts(store.all())).isEmpty();
    }

    @Test
    void shouldForgetOnCloseWhatWasNotCommitted() {
        put("a", "committed");
        store.commit(Map.of(CHANGELOG, 0L));
        put("a", "given up");
        store.delete(key("b"));

        store.close();
        store.init(context, store);

        assertThat(store.committedOffset(CHANGELOG)).isZero();
        assertThat(get("a")).isEqualTo("committed");
    }

    private void put(String key, String value) {
        store.put(key(key), value(value));
    }

    private String get(String key) {
        byte[] value = store.get(key(key));
        return value == null ? null : new String(value, UTF_8);
    }

    private List<String> onDisk() {
        return texts(disk.all());
    }

    private static List<String> texts(KeyValueIterator<Bytes, byte[]> entries) {
        List<String> texts = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> texts.add(text(entry)));
        }
        return texts;
    }

    private static String text(KeyValue<Bytes, byte[]> entry) {
        return new String(entry.key.get(), UTF_8) + "=" + new String(entry.value, UTF_8);
    }

    private static KeyValue<Bytes, byte[]> pair(String key, String value) {
        return KeyValue.pair(key(key), value(value));
    }

    private static Bytes key(String text) {
        return Bytes.wrap(text.getBytes(UTF_8));
    }

    private static byte[] value(String text) {
        return text.getBytes(UTF_8);
    }
}
