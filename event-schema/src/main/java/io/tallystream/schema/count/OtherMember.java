package io.tallystream.schema.count;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of endpoints, products and pages that are too many to be counted by their own. Each partition counts its share
 * under a name of its own, so that no two write one address; to those who read they are one.
 */
public final class OtherMember {
    /** What readers call it. */
    public static final String NAME = "__other__";

    private static final Pattern SHARE = Pattern.compile("(" + NAME + ")/\\d+");
    private static final Pattern SHARE_OF_PAIR = Pattern.compile("([^ ]+ " + NAME + ")/\\d+");

    private OtherMember() {}

    /** The name of a partition's share. */
    public static String ofPartition(int partition) {
        return shareOf(NAME, partition);
    }

    /** The name of a partition's share of a member such as {@code 503 __other__}. */
    public static String shareOf(String whole, int partition) {
        return whole + '/' + partition;
    }

    /**
     * Of which member that one is a partition's share: {@code 503 __other__} for {@code 503 __other__/7}. Empty if it stands
     * for itself.
     *
     * @param dimension whose member it is
     */
    public static Optional<String> wholeOf(Dimension dimension, String member) {
        if (!dimension.isLimited() || !member.contains(NAME)) {
            return Optional.empty();
        }
        Matcher matcher = (dimension.isOfPairs() ? SHARE_OF_PAIR : SHARE).matcher(member);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Whether that member is the sum of the shares of all partitions. */
    public static boolean isWhole(Dimension dimension, String member) {
        return wholeOf(dimension, shareOf(member, 0)).isPresent();
    }
}
