package io.tallystream.query.contract;

import java.util.List;
import java.util.Map;

/**
 * A path that can be asked.
 *
 * @param id names it among all
 * @param method {@code GET}, or what else it takes
 * @param path with parameters in braces
 * @param parameters those of the path and of the query
 * @param types media types of its answer, the default one first
 */
public record Operation(String id, String method, String path, List<Parameter> parameters, List<String> types) {
    /** Copies the lists. */
    public Operation {
        parameters = List.copyOf(parameters);
        types = List.copyOf(types);
    }

    /**
     * Reads the parameters of a request.
     *
     * @throws RefusedException if they are not what it takes
     */
    public Parameters read(Map<String, String> path, Map<String, List<String>> query) {
        return Parameters.read(parameters, path, query);
    }
}
