package io.tallystream.query.export;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Rows that are made page by page. For one reader.
 *
 * @param columns the names of the columns
 * @param pages gives the next page each time, an empty one at the end; not asked again before it has answered
 */
public record Table(List<String> columns, Supplier<CompletionStage<List<List<Object>>>> pages) {
    private static final int PAGE = 1_000;

    /** Requires both. */
    public Table {
        columns = List.copyOf(columns);
        requireNonNull(pages, "pages");
    }

    /** Of rows that are there at once. */
    public static Table of(List<String> columns, Supplier<CompletionStage<List<List<Object>>>> rows) {
        return new Table(columns, new Supplier<>() {
            private Iterator<List<List<Object>>> rest;

            @Override
            public CompletionStage<List<List<Object>>> get() {
                if (rest != null) {
                    return CompletableFuture.completedFuture(rest.hasNext() ? rest.next() : List.of());
                }
                return rows.get().thenCompose(all -> {
                    rest = pagesOf(all).iterator();
                    return get();
                });
            }
        });
    }

    private static List<List<List<Object>>> pagesOf(List<List<Object>> rows) {
        List<List<List<Object>>> pages = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += PAGE) {
            pages.add(rows.subList(from, Math.min(rows.size(), from + PAGE)));
        }
        return pages;
    }
}
