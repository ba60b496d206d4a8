package io.tallystream.query.export;

import java.util.List;
import java.util.stream.Collectors;

/** A line of CSV by RFC 4180. */
public final class CsvLine {
    private static final String END = "\r\n";
    // With these a spreadsheet takes a text for a formula, or looks past them for one.
    private static final String FORMULA = "=+-@\t\r";

    private CsvLine() {}

    /**
     * The values as a line with its end. Nothing stands for null. A text that a spreadsheet would take for a formula gets an
     * apostrophe in front of it: names come from outside, and opening a file must not run what they say.
     */
    public static String of(List<?> values) {
        return values.stream().map(CsvLine::field).collect(Collectors.joining(",", "", END));
    }

    private static String field(Object value) {
        if (value == null) {
            return "";
        }
        if (!(value instanceof String text)) {
            return value.toString();
        }
        String guarded = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return guarded.chars().anyMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n')
                ? '"' + guarded.replace("\"", "\"\"") + '"'
                : guarded;
    }
}
