package io.tallystream.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.faults.fault.FaultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GuaranteesDocsTest {
    private static final Path DOCS = Path.of("..", "docs", "guarantees.md");

    @ParameterizedTest
    @EnumSource
    void shouldSayWhatGoesWrong(FaultKind kind) throws IOException {
        assertThat(Files.readString(DOCS)).contains("\n| `" + kind.label() + "` | ");
    }
}
