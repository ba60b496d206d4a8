package io.tallystream.query.contract;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a request asks, judged by the contract: no parameter that the operation has not, none twice, none of a wrong form.
 * Immutable.
 */
public final class Parameters {
    private final Map<String, Parameter> known;
    private final Map<String, String> values;

    private Parameters(Map<String, Parameter> known, Map<String, String> values) {
        this.known = known;
        this.values = values;
    }

    /**
     * Reads them.
     *
     * @param path values of the parameters in the path
     * @param query values of the parameters in the query, in their order
     * @throws RefusedException if they are not what the operation takes
     */
    static Parameters read(List<Parameter> parameters, Map<String, String> path, Map<String, List<String>> query) {
        Map<String, Parameter> known = new HashMap<>();
        parameters.forEach(parameter -> known.put(parameter.name(), parameter));
        query.forEach((name, values) -> {
            if (!known.containsKey(name) || known.get(name).place() != Parameter.Place.QUERY) {
                throw RefusedException.badParameter(
                        name, "the parameter %s is not known here; known: %s".formatted(name, queryNames(parameters)));
            }
            if (values.size() > 1) {
                throw RefusedException.badParameter(name, name + " must not be given more than once");
            }
        });
        Map<String, String> values = new HashMap<>();
        for (Parameter parameter : parameters) {
            List<String> given = query.getOrDefault(parameter.name(), List.of());
            String value = parameter.place() == Parameter.Place.PATH
                    ? path.get(parameter.name())
                    : given.isEmpty() ? null : given.get(0);
            if (value != null) {
                parameter.check(value);
                values.put(parameter.name(), value);
            } else if (parameter.required()) {
                throw RefusedException.badParameter(parameter.name(), parameter.name() + " is required");
            }
        }
        return new Parameters(known, values);
    }

    private static List<String> queryNames(List<Parameter> parameters) {
        return parameters.stream()
                .filter(parameter -> parameter.place() == Parameter.Place.QUERY)
                .map(Parameter::name)
                .toList();
    }

    /** Whether it was given. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Its value, or else what the contract says for where it is absent; empty if that says nothing. */
    public Optional<String> find(String name) {
        String value = values.get(name);
        if (value != null) {
            return Optional.of(value);
        }
        return Optional.ofNullable(known.get(name)).flatMap(Parameter::absent);
    }

    /** Its value, of a parameter that is required or has a default. */
    public String text(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException("the contract has no default for " + name));
    }

    /** Its value as a number, which the contract bounds to that of an int. */
    public int number(String name) {
        return Math.toIntExact(Long.parseLong(text(name)));
    }

    /** The constant of that name, which the contract lists. */
    public <E> E choice(String name, Function<String, E> ofWireName) {
        return ofWireName.apply(text(name));
    }
}
