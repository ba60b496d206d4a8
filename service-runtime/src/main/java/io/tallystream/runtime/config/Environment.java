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
    private final Set<String> errors = new LinkedHashSet<>();

    /** Over a copy of those variables. */
    public Environment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    /**
     * What the reader makes of this environment.
     *
     * @throws ConfigurationException with all mistakes in the variables that the reader read
     */
    public <T> T read(Function<Environment, T> reader) {
        T result = reader.apply(this);
        if (!errors.isEmpty()) {
            throw new ConfigurationException(List.copyOf(errors));
        }
        return result;
    }

    /** The value; its default if it is not set, or is wrong, which {@link #read} then tells. */
    public <T> T get(Setting<T> setting) {
        String text = variables.getOrDefault(setting.name(), "").strip();
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
        return !variables.getOrDefault(setting.name(), "").isBlank();
    }

    /** Adds a mistake that is not one of a single value. */
    public void error(String line) {
        errors.add(line);
    }

    /**
     * The settings of a Kafka client. Lowest to highest: our defaults, {@code KAFKA_CLIENT_*} (all clients),
     * {@code KAFKA_<KIND>_*} (this kind), ours that guarantees rest on. {@code KAFKA_PRODUCER_LINGER_MS} becomes
     * {@code linger.ms}.
     *
     * @param kind such as {@code PRODUCER}
     * @param fixed what must not be set to anything else; trying to is a mistake
     */
    public Map<String, Object> kafkaClient(String kind, Map<String, ?> defaults, Map<String, ?> fixed) {
        Map<String, Object> properties = new TreeMap<>(defaults);
        for (String prefix : List.of("KAFKA_CLIENT_", "KAFKA_" + kind + "_")) {
            variables.forEach((name, value) -> {
                if (name.startsWith(prefix)) {
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

    /** The names of all variables and how many there are; never values, which may be secret. */
    @Override
    public String toString() {
        return "Environment" + new ArrayList<>(variables.keySet());
    }
}
