package io.tallystream.schema.count;

import java.util.Locale;

/** Counts that are kept equally long. */
public enum RetentionClass {
    /** Counts per minute. */
    MINUTE,
    /** Counts per hour. */
    HOUR,
    /** Counts per day, but for those of users. */
    DAY,
    /** Counts per user and day: by far the most members, so their time is set on its own. */
    USER_DAY,
    /** Kept for ever. */
    LIFETIME;

    /** The class of the counts of that granularity and dimension. */
    public static RetentionClass of(Granularity granularity, Dimension dimension) {
        return switch (granularity) {
            case MINUTE -> MINUTE;
            case HOUR -> HOUR;
            case DAY -> dimension == Dimension.USER ? USER_DAY : DAY;
            case LIFETIME -> LIFETIME;
        };
    }

    /** Lower case, words joined by hyphens. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
