package io.tallystream.query.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.export.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What answers an operation of the contract.
 *
 * @param json its answer as JSON, of the parameters and the name of the key of who asks; null if it has none
 * @param table its answer as a table, for CSV; null if it has none
 * @param page its answer as a page of HTML; null if it has none
 */
public record Question(
        BiFunction<Parameters, String, ? extends CompletionStage<?>> json,
        Function<Parameters, Table> table,
        Function<Parameters, ? extends CompletionStage<String>> page) {
    /** Without regard to who asks. */
    public Question(
            Function<Parameters, ? extends CompletionStage<?>> json,
            Function<Parameters, Table> table,
            Function<Parameters, ? extends CompletionStage<String>> page) {
        this(json == null ? null : (parameters, asker) -> json.apply(parameters), table, page);
    }

    /** Without a page. */
    public Question(Function<Parameters, ? extends CompletionStage<?>> json, Function<Parameters, Table> table) {
        this(json, table, null);
    }

    /** With an answer as JSON only. */
    public static Question ofJson(Function<Parameters, ? extends CompletionStage<?>> json) {
        return new Question(requireNonNull(json, "json"), null);
    }

    /** With an answer as JSON only, and a regard to who asks. */
    public static Question ofAsker(BiFunction<Parameters, String, ? extends CompletionStage<?>> json) {
        return new Question(requireNonNull(json, "json"), null, null);
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
