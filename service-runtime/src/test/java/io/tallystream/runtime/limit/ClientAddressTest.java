package io.tallystream.runtime.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {
    private static final AddressRanges PROXIES = AddressRanges.parse("10.0.0.0/8, 192.0.2.7 ,2001:db8:1::/48");

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0, true",
        "10.255.255.255, true",
        "11.0.0.0, false",
        "192.0.2.7, true",
        "192.0.2.6, false",
        "2001:db8:1::1, true",
        "2001:db8:1:ffff::, true",
        "2001:db8:2::, false",
        "::ffff:10.1.2.3, true",
        "localhost, false",
        "'', false",
    })
    void shouldKnowWhatIsInARange(String address, boolean in) {
        assertThat(PROXIES.contains(address)).isEqualTo(in);
    }

    @Test
    void shouldKnowRangesThatEndWithinAByte() {
        AddressRanges ranges = AddressRanges.parse("172.16.0.0/12,0.0.0.0/0");

        assertThat(AddressRanges.parse("172.16.0.0/12").contains("172.31.255.255"))
                .isTrue();
        assertThat(AddressRanges.parse("172.16.0.0/12").contains("172.32.0.0")).isFalse();
        assertThat(ranges.contains("8.8.8.8")).isTrue();
        assertThat(ranges.contains("::1")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0",
                "256.0.0.1",
                "::/129",
                "a,",
                "1:2",
                "/8"
            })
    void shouldRefuseWhatIsNoRange(String text) {
        assertThatThrownBy(() -> AddressRanges.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        // From nobody that is known: what it says of others is not believed.
        "198.51.100.1, '203.0.113.5', 198.51.100.1",
        "198.51.100.1, '', 198.51.100.1",
        // From a proxy: the right-most that is not one.
        "10.0.0.1, '203.0.113.5', 203.0.113.5",
        "10.0.0.1, '1.2.3.4, 203.0.113.5', 203.0.113.5",
        "10.0.0.1, '1.2.3.4, 203.0.113.5, 10.0.0.2', 203.0.113.5",
        "10.0.0.1, '10.0.0.3,10.0.0.2', 10.0.0.3",
        "10.0.0.1, '', 10.0.0.1",
        "10.0.0.1, '203.0.113.5, unknown', 10.0.0.1",
        "10.0.0.1, '203.0.113.5, <script>, 10.0.0.2', 10.0.0.2",
        // Of IPv6 the network.
        "2001:db8:9:8:7:6:5:4, '', 20010db800090008/64",
        "2001:db8:1::1, '2001:db8:9:8::1', 20010db800090008/64",
        "::ffff:198.51.100.1, '', ::ffff:198.51.100.1",
    })
    void shouldFindWhereARequestIsFrom(String peer, String forwarded, String client) {
        assertThat(new ClientAddress(PROXIES).of(peer, forwarded.isEmpty() ? List.of() : List.of(forwarded)))
                .isEqualTo(client);
    }

    @Test
    void shouldReadLinesOfTheHeaderInTheirOrder() {
        assertThat(new ClientAddress(PROXIES).of("10.0.0.1", List.of("1.2.3.4", "203.0.113.5", "10.0.0.2")))
                .isEqualTo("203.0.113.5");
    }

    @Test
    void shouldBelieveNobodyWhereThereAreNoProxies() {
        assertThat(new ClientAddress(AddressRanges.parse("")).of("127.0.0.1", List.of("203.0.113.5")))
                .isEqualTo("127.0.0.1");
    }
}
