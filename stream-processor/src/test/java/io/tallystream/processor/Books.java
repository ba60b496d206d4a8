package io.tallystream.processor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Whether counts are consistent among themselves. Shares no code with what it checks. */
final class Books {
    // Dimensions of which not every event has a member.
    private static final Set<String> OPTIONAL = Set.of("user");

    private Books() {}

    /** What does not balance. */
    static List<String> errors(Map<String, Long> counts) {
        // By metric, dimension and member: granularity and sum.
        Map<String, Map<String, Long>> byGranularity = new TreeMap<>();
        // By metric, granularity and window: dimension and sum.
        Map<String, Map<String, Long>> byDimension = new TreeMap<>();
        counts.forEach((key, count) -> {
            String[] parts = key.split("\\|", 5);
            byGranularity
                    .computeIfAbsent(parts[0] + "|" + parts[3] + "|" + parts[4], any -> new HashMap<>())
                    .merge(parts[1], count, Long::sum);
            byDimension
                    .computeIfAbsent(parts[0] + "|" + parts[1] + "|" + parts[2], any -> new HashMap<>())
                    .merge(parts[3], count, Long::sum);
        });
        List<String> errors = new ArrayList<>();
        // Minutes add up to their hours, hours to their days, and days to the lifetime.
        byGranularity.forEach((what, sums) -> {
            if (sums.values().stream().distinct().count() > 1) {
                errors.add(what + " " + sums);
            }
        });
        byDimension.forEach((window, sums) -> {
            Long total = sums.remove("total");
            Map<String, Long> some = new TreeMap<>(sums);
            some.keySet().retainAll(OPTIONAL);
            sums.keySet().removeAll(OPTIONAL);
            if (total != null && sums.values().stream().anyMatch(sum -> !sum.equals(total))) {
                errors.add(window + " total " + total + " " + sums);
            }
            if (total != null && some.values().stream().anyMatch(sum -> sum > total)) {
                errors.add(window + " total " + total + " of " + some);
            }
        });
        return errors;
    }
}
