package io.tallystream.query.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.export.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What answers an operation of the contract.
 *
 * @param json its answer as JSON; null if it has none
 * @param table its answer as a table, for CSV; null if it has none
 * @param page its answer as a page of HTML; null if it has none
 */
public record Question(
        Function<Parameters, ? extends CompletionStage<?>> json,
        Function<Parameters, Table> table,
        Function<Parameters, ? extends CompletionStage<String>> page) {
    /** Without a page. */
    public Question(Function<Parameters, ? extends CompletionStage<?>> json, Function<Parameters, Table> table) {
        this(json, table, null);
    }

    /** With an answer as JSON only. */
    public static Question ofJson(Function<Parameters, ? extends CompletionStage<?>> json) {
        return new Question(requireNonNull(json, "json"), null);
    }

    /** The media types of its answers, the default one first. */
    List<String> types() {
        List<String> types = new ArrayList<>();
        if (json != null) {
            types.add(MediaTypes.JSON);
        }
        if (table != null) {
            types.add(MediaTypes.CSV);
        }
        if (page != null) {
            types.add(MediaTypes.HTML);
        }
        return types;
    }
}
