package io.tallystream.processor.count;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.event.EventType;
import io.tallystream.schema.event.Utf8Slice;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class UserTallyTest {
    private final KeyValueStore<Bytes, byte[]> store =
            Stores.inMemoryKeyValueStore("users").get();
    private final UserTally users = new UserTally(store, 100);
    private final EventTally tally = new EventTally();

    @Test
    void shouldForgetWhatAnErasedUserDidSinceTheLastCommit() {
        click("u1");
        assertThat(drain()).containsExactly("u1 day 1", "u1 ever 1");
        click("u1");
        click("u2");

        users.erase(slice("u1"));

        assertThat(users.changed()).isEqualTo(1);
        assertThat(drain()).containsExactly("u2 day 1", "u2 ever 1");
        assertThat(store.get(Bytes.wrap("u1".getBytes(UTF_8)))).isNull();
        assertThat(store.get(Bytes.wrap("u2".getBytes(UTF_8)))).isNotNull();
    }

    @Test
    void shouldCountOnFromZeroInTheSameCommit() {
        click("u1");
        users.erase(slice("u1"));
        click("u1");

        assertThat(drain()).containsExactly("u1 day 1", "u1 ever 1");
    }

    @Test
    void shouldForgetAUserWhoIsInTheStoreOnly() {
        click("u1");
        drain();
        users.clear();

        users.erase(slice("u1"));
        click("u1");

        assertThat(drain()).containsExactly("u1 day 1", "u1 ever 1");
    }

    private void click(String user) {
        users.add(slice(user), EventType.CLICK, 20_000, tally);
    }

    private static Utf8Slice slice(String user) {
        return Utf8Slice.of(user.getBytes(UTF_8));
    }

    private List<String> drain() {
        List<String> told = new ArrayList<>();
        users.drain(0, new UserTally.Receiver() {
            @Override
            public void dayCalls(byte[] user, int day, long count) {
                throw new AssertionError("nobody called");
            }

            @Override
            public void dayClicks(byte[] user, int day, long count) {
                told.add(new String(user, UTF_8) + " day " + count);
            }

            @Override
            public void lifetimeClicks(byte[] user, long count) {
                told.add(new String(user, UTF_8) + " ever " + count);
            }
        });
        return told;
    }
}
