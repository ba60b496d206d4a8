package io.tallystream.runtime.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyScope;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RatesTest {
    @Test
    void shouldHoldEachKeyToItsOwnRate() {
        KeyRates rates = new KeyRates();
        ApiKey slow = key("slow", "0123456789abcdef", OptionalInt.of(1));
        ApiKey fast = key("fast", "fedcba9876543210", OptionalInt.of(1_000));

        assertThat(rates.take(slow, 1)).get().returns(true, Credit::granted);
        assertThat(rates.take(slow, 1)).get().returns(false, Credit::granted);
        assertThat(rates.take(fast, 1)).get().returns(true, Credit::granted).returns(999L, Credit::remaining);
        assertThat(rates.take(key("free", "0123456789abcdeg", OptionalInt.empty()), 1_000_000))
                .isEmpty();
    }

    @Test
    void shouldKnowAKeyAgainThatWasReadAnew() {
        KeyRates rates = new KeyRates();
        rates.take(key("slow", "0123456789abcdef", OptionalInt.of(1)), 1);

        assertThat(rates.take(key("slow", "0123456789abcdef", OptionalInt.of(1)), 1))
                .get()
                .returns(false, Credit::granted);
        assertThat(rates.take(key("slow", "0123456789abcdef", OptionalInt.of(2)), 1))
                .get()
                .returns(true, Credit::granted);
    }

    @Test
    void shouldHoldEachAddressToTheRate() {
        AddressRates rates = new AddressRates(2);

        assertThat(rates.take("192.0.2.1", 2).granted()).isTrue();
        assertThat(rates.take("192.0.2.1", 1).granted()).isFalse();
        assertThat(rates.take("192.0.2.2", 1).granted()).isTrue();
    }

    @Test
    void shouldRememberNoMoreAddressesThanItMay() {
        AddressRates rates = new AddressRates(1);
        for (int i = 0; i < 5 * AddressRates.MAX_ADDRESSES; i++) {
            rates.take("address-" + i, 1);
        }

        assertThat(rates.size()).isLessThanOrEqualTo(AddressRates.MAX_ADDRESSES).isPositive();
    }

    private static ApiKey key(String name, String secret, OptionalInt rate) {
        return new ApiKey(name, KeyScope.INGEST, ApiKey.digestOf(secret), rate, Set.of(), Instant.EPOCH);
    }
}
