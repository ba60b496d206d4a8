package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.standalone.Announcement.Listening;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnouncementTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, http://127.0.0.1:1/",
        "0.0.0.0, http://127.0.0.1:1/",
        "::, http://127.0.0.1:1/",
        "127.0.0.2, http://127.0.0.2:1/",
        "192.0.2.7, http://192.0.2.7:1/",
        "::1, http://[::1]:1/",
        "localhost, http://localhost:1/",
    })
    void shouldNameAnAddressOnWhichItListens(String bindAddress, String gateway) {
        assertThat(Listening.on(bindAddress, 1, 2, 3).gateway()).hasToString(gateway);
    }

    @Test
    void shouldNameItEverywhere() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Announcement.Servers none = new Announcement.Servers(Optional.empty(), Optional.empty(), Optional.empty());

        new Announcement(Listening.on("192.0.2.7", 1, 2, 3), none, Optional.empty(), Optional.empty(), false)
                .print(new PrintStream(text, true, StandardCharsets.UTF_8), Optional.of("abc"));

        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains("http://192.0.2.7:2/#code=abc", "http://192.0.2.7:3/readyz")
                .contains("http://192.0.2.7:1/v1/events", "http://192.0.2.7:2/api/v1/stats/overview")
                .doesNotContain("127.0.0.1");
    }
}
