package io.tallystream.processor.count;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.processor.amount.AmountBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class UserStateTest {
    private static final int DAY = 20_000;

    @Test
    void shouldCoverRollingDaysOnceWhenALateDayComesInBetween() {
        EventTally tally = new EventTally();
        UserState state = UserState.of(null);

        assertThat(state.activate(DAY + 1, tally)).isTrue();
        assertThat(state.activate(DAY + 3, tally)).isTrue();
        assertThat(state.activate(DAY + 2, tally)).isTrue();
        assertThat(state.activate(DAY + 3, tally)).isFalse();

        Map<String, Long> users = users(tally);
        assertThat(users).containsEntry("NEW_USERS " + (DAY + 1), 1L);
        for (int day = DAY + 1; day <= DAY + 3; day++) {
            assertThat(users).containsEntry("ACTIVE_USERS " + day, 1L);
        }
        assertThat(users.keySet().stream().filter(key -> key.startsWith("ACTIVE_USERS_7D")))
                .hasSize(9);
        assertThat(users.keySet().stream().filter(key -> key.startsWith("ACTIVE_USERS_30D")))
                .hasSize(32);
        assertThat(users.values()).containsOnly(1L);
    }

    /** Any order of any days, each within what lateness allows, with commits in between, against the plain definition. */
    @Test
    void shouldCoverRollingDaysOnceInAnyOrder() {
        Random random = new Random(20261121);
        for (int round = 0; round < 2_000; round++) {
            TreeSet<Integer> days = new TreeSet<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                days.add(DAY + random.nextInt(33));
            }
            List<Integer> order = new ArrayList<>(days);
            Collections.shuffle(order, random);
            EventTally tally = new EventTally();
            UserState state = UserState.of(null);
            for (int day : order) {
                state.activate(day, tally);
                state = random.nextBoolean() ? UserState.of(state.commit(DAY)) : state;
            }

            assertThat(users(tally)).as("%s", order).isEqualTo(expected(days, order.get(0)));
        }
    }

    @Test
    void shouldKeepCountsThroughCommits() {
        EventTally tally = new EventTally();
        UserState state = UserState.of(null);
        state.activate(DAY, tally);
        state.addCall(DAY);
        state.addClick(DAY);
        state = UserState.of(state.commit(DAY));
        state.addClick(DAY);
        state.addCall(DAY + 1);

        Map<Integer, Long> calls = new TreeMap<>();
        Map<Integer, Long> clicks = new TreeMap<>();
        state.forEachChangedCalls(calls::put);
        state.forEachChangedClicks(clicks::put);

        assertThat(calls).isEqualTo(Map.of(DAY + 1, 1L));
        assertThat(clicks).isEqualTo(Map.of(DAY, 2L));
        assertThat(state.lifetimeClicks()).isEqualTo(2);
        UserState later = UserState.of(state.commit(DAY + 1));
        later.addClick(DAY + 1);
        assertThat(later.lifetimeClicks()).isEqualTo(3);
    }

    private static Map<String, Long> expected(Set<Integer> days, int first) {
        Map<String, Long> users = new TreeMap<>();
        users.put("NEW_USERS " + first, 1L);
        for (int day : days) {
            users.put("ACTIVE_USERS " + day, 1L);
            for (int after = 0; after < 30; after++) {
                users.put("ACTIVE_USERS_30D " + (day + after), 1L);
            }
            for (int after = 0; after < 7; after++) {
                users.put("ACTIVE_USERS_7D " + (day + after), 1L);
            }
        }
        return users;
    }

    private static Map<String, Long> users(EventTally tally) {
        Map<String, Long> users = new TreeMap<>();
        tally.drain(
                0,
                (key, amounts) -> AmountBytes.forEach(
                        amounts, (amount, time, sub, sum) -> users.merge(amount + " " + time, sum, Long::sum)));
        return users;
    }
}
