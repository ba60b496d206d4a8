package io.tallystream.query.export;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Rows that are made page by page. For one reader.
 *
 * @param columns the names of the columns
 * @param pages gives the next page each time, an empty one at the end; not asked again before it has answered
 * @param note what is told beside it, asked for once the first page is there; empty: nothing
 */
public record Table(
        List<String> columns,
        Supplier<CompletionStage<List<List<Object>>>> pages,
        Optional<Supplier<CompletionStage<TableNote>>> note) {
    private static final int PAGE = 1_000;

    /** Requires all. */
    public Table {
        columns = List.copyOf(columns);
        requireNonNull(pages, "pages");
        requireNonNull(note, "note");
    }

    /** With nothing beside it. */
    public Table(List<String> columns, Supplier<CompletionStage<List<List<Object>>>> pages) {
        this(columns, pages, Optional.empty());
    }

    /** The same with that beside it. */
    public Table about(Supplier<CompletionStage<TableNote>> newNote) {
        return new Table(columns, pages, Optional.of(newNote));
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
