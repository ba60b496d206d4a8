package io.tallystream.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallStatusTest {
    @ParameterizedTest
    @CsvSource({"success,true", "error,false", "100,true", "200,true", "399,true", "400,false", "404,false", "599,false"
    })
    void shouldTellSuccessFromError(String text, boolean success) {
        assertThat(CallStatus.parse(text).isSuccess()).isEqualTo(success);
    }
}
