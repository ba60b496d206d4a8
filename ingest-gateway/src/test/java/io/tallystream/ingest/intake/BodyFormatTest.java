package io.tallystream.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyFormatTest {
    @ParameterizedTest
    @CsvSource({
        "application/json, JSON",
        "application/json;charset=UTF-8, JSON",
        "APPLICATION/JSON ; charset=\"utf-8\", JSON",
        "application/json; version=1, JSON",
        "application/x-ndjson, LINES",
        "application/cloudevents+json; charset=utf-8, CLOUD_EVENT",
        "application/cloudevents-batch+json, CLOUD_EVENTS",
    })
    void shouldKnowItsTypes(String contentType, BodyFormat format) {
        assertThat(BodyFormat.of(contentType)).isEqualTo(format);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                ";",
                "json",
                "application/json; charset=latin1",
                "application/json; charset=utf-16",
                "application/jsonl",
                "application/cloudevents",
                "application/cloudevents+xml",
                "text/plain",
            })
    void shouldKnowNoOther(String contentType) {
        assertThat(BodyFormat.of(contentType)).isNull();
    }
}
