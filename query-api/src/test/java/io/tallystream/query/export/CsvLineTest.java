package io.tallystream.query.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvLineTest {
    @Test
    void shouldJoinValuesByCommasAndEndWithALineBreak() {
        assertThat(CsvLine.of(Arrays.asList("a", 1L, 0.5, true, null))).isEqualTo("a,1,0.5,true,\r\n");
    }

    @Test
    void shouldQuoteWhatWouldEndAFieldOrALine() {
        assertThat(CsvLine.of(List.of("a,b", "say \"hi\"", "two\r\nlines", "one\nmore", "plain text")))
                .isEqualTo("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\",\"one\nmore\",plain text\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"})
    void shouldKeepASpreadsheetFromRunningIt(String text) {
        assertThat(CsvLine.of(List.of(text))).isEqualTo("'" + text + "\r\n");
    }

    @Test
    void shouldGuardBeforeItQuotes() {
        assertThat(CsvLine.of(List.of("\r=1", "=A1,\"B\""))).isEqualTo("\"'\r=1\",\"'=A1,\"\"B\"\"\"\r\n");
    }

    @Test
    void shouldLeaveNumbersAlone() {
        assertThat(CsvLine.of(List.of(-1L, -0.5))).isEqualTo("-1,-0.5\r\n");
    }
}
