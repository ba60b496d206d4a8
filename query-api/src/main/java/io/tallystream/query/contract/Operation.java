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
 * @param status of its answer
 * @param types media types of its answer, the default one first
 */
public record Operation(
        String id, String method, String path, List<Parameter> parameters, int status, List<String> types) {
    /** Copies the lists. */
    public Operation {
        parameters = List.copyOf(parameters);
        types = List.copyOf(types);
    }

    /** Whether a request for that path would be one for this, if it had this method. */
    public boolean matches(String other) {
        return other.matches(path.replaceAll("\\{\\w+}", "[^/]+"));
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
