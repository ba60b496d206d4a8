package io.tallystream.runtime.management;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What has to be up for this process to be ready. Thread-safe. */
public final class HealthChecks {
    private final Map<String, Supplier<Health>> checks = new ConcurrentHashMap<>();

    /**
     * Adds a check.
     *
     * @param check answers at once from what is known, without I/O; called by many threads. If it throws, it is down.
     */
    public void add(String name, Supplier<Health> check) {
        if (checks.putIfAbsent(name, check) != null) {
            throw new IllegalArgumentException("there is a health check " + name + " already");
        }
    }

    /** All answers by name. */
    public Map<String, Health> results() {
        return checks.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, check -> result(check.getValue())));
    }

    private static Health result(Supplier<Health> check) {
        try {
            Health health = check.get();
            return health == null ? Health.down("the check gave no answer") : health;
        } catch (RuntimeException e) {
            return Health.down("the check failed: " + e);
        }
    }
}
