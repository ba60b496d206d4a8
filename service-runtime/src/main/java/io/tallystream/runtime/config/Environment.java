package io.tallystream.runtime.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The variables a program was started with. Reading collects mistakes rather than throwing at the first, see {@link #read}.
 * For one thread, at start.
 */
public final class Environment {
    private final Map<String, String> variables;
    private final Set<String> errors;

    /** Over a copy of those variables. */
    public Environment(Map<String, String> variables) {
        this(variables, new LinkedHashSet<>());
    }

    private Environment(Map<String, String> variables, Set<String> errors) {
        this.variables = Map.copyOf(variables);
        this.errors = errors;
    }

    /** This environment with other values for what is not set in it. Mistakes found in either are told by both. */
    public Environment withDefaults(Map<String, String> defaults) {
        Map<String, String> complete = new TreeMap<>(variables);
        defaults.forEach((name, value) -> complete.merge(name, value, (ours, other) -> ours.isBlank() ? other : ours));
        return new Environment(complete, errors);
    }

    /**
     * What the reader makes of this environment.
     *
     * @throws ConfigurationException with all mistakes found so far, also when the reader fails over what a mistake left it with
     */
    public <T> T read(Function<Environment, T> reader) {
        T result;
        try {
            result = reader.apply(this);
        } catch (RuntimeException e) {
            refuseMistakes(e);
            throw e;
        }
        refuseMistakes(null);
        return result;
    }

    private void refuseMistakes(RuntimeException consequence) {
        if (!errors.isEmpty()) {
            throw new ConfigurationException(List.copyOf(errors), consequence);
        }
    }

    /** The value; its default if it is not set, or is wrong, which {@link #read} then tells. */
    public <T> T get(Setting<T> setting) {
        String text = text(setting);
        if (text.isEmpty()) {
            return setting.defaultValue();
        }
        try {
            return setting.parser().apply(text);
        } catch (RuntimeException e) {
            String shown = setting.secret() ? "" : " Found: " + text;
            error("%s must be %s.%s".formatted(setting.name(), setting.expected(), shown));
            return setting.defaultValue();
        }
    }

    /** Like {@link #get}, with another default. */
    public <T> T get(Setting<T> setting, T defaultValue) {
        return isSet(setting) ? get(setting) : defaultValue;
    }

    /** Like {@link #get}, and not being set is a mistake. */
    public <T> T require(Setting<T> setting) {
        if (!isSet(setting)) {
            error("%s must be set. %s".formatted(setting.name(), setting.meaning()));
        }
        return get(setting);
    }

    /** Whether the variable has a value. */
    public boolean isSet(Setting<?> setting) {
        return !text(setting).isEmpty();
    }

    /** The value as it was written, whether or not it is right; empty if it is not set. */
    public String text(Setting<?> setting) {
        return text(setting.name());
    }

    // Compose files pass what is not set on as the empty string.
    private String text(String name) {
        return variables.getOrDefault(name, "").strip();
    }

    /** Adds a mistake that is not one of a single value. */
    public void error(String line) {
        errors.add(line);
    }

    /**
     * The settings of a Kafka client. Lowest to highest: our defaults, {@code KAFKA_CLIENT_*} (all clients),
     * {@code KAFKA_<KIND>_*} (this kind), ours that guarantees rest on. {@code KAFKA_PRODUCER_LINGER_MS} becomes
     * {@code linger.ms}. Blank variables count as not set.
     *
     * @param kind such as {@code PRODUCER}
     * @param fixed what must not be set to anything else; trying to is a mistake
     */
    public Map<String, Object> kafkaClient(String kind, Map<String, ?> defaults, Map<String, ?> fixed) {
        Map<String, Object> properties = new TreeMap<>(defaults);
        for (String prefix : List.of("KAFKA_CLIENT_", "KAFKA_" + kind + "_")) {
            variables.keySet().forEach(name -> {
                String value = text(name);
                if (name.startsWith(prefix) && !value.isEmpty()) {
                    String property = name.substring(prefix.length())
                            .toLowerCase(Locale.ROOT)
                            .replace('_', '.');
                    properties.put(property, value);
                    refuseOther(name, value, fixed.get(property));
                }
            });
        }
        properties.putAll(fixed);
        return properties;
    }

    private void refuseOther(String name, String value, Object fixed) {
        if (fixed != null && !fixed.toString().equals(value)) {
            error("%s must stay %s, exact counts rest on it. Found: %s".formatted(name, fixed, value));
        }
    }

    /** The names of all variables; never values, which may be secret. */
    @Override
    public String toString() {
        return "Environment" + new ArrayList<>(variables.keySet());
    }
}
