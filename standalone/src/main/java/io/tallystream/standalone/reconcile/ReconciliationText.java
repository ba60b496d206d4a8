package io.tallystream.standalone.reconcile;

import io.tallystream.query.reconciliation.Balance;
import io.tallystream.query.reconciliation.Equation;
import io.tallystream.query.reconciliation.Verdict;
import java.util.List;

/** Reconciliation as tables for a terminal. */
public final class ReconciliationText {
    private static final String LINE = System.lineSeparator();
    private static final String EQUATION = "%-44s %15s  %-8s %-30s %15s  %s" + LINE;
    private static final String FOUND = "%-44s %15s %15s %10s  %s" + LINE;
    private static final String DETAIL = "    %s" + LINE;
    private static final String NONE = "-";

    private ReconciliationText() {}

    /** The equations. */
    public static String of(Balance balance, String zone) {
        StringBuilder text = new StringBuilder("Counts of %s (%s, %s)%s"
                .formatted(balance.date(), zone, balance.isFinal() ? "final" : "can still change", LINE));
        text.append(EQUATION.formatted("", "count", "", "", "count", "verdict"));
        for (Equation equation : balance.equations()) {
            text.append(EQUATION.formatted(
                    equation.left(),
                    equation.sides().map(sides -> Long.toString(sides.left())).orElse(NONE),
                    equation.relation().replace('_', ' '),
                    equation.right(),
                    equation.sides().map(sides -> Long.toString(sides.right())).orElse(NONE),
                    verdict(equation.verdict())));
            details(text, equation.details());
        }
        return text.toString();
    }

    /** What a recount has found. */
    public static String of(RawRecount.Result result) {
        StringBuilder text = new StringBuilder(
                "%sRecount of %d records of the event topics%s".formatted(LINE, result.records(), LINE));
        text.append(FOUND.formatted("", "Redis", "recounted", "members", "verdict"));
        for (Comparison.Found found : result.found()) {
            boolean isThere = found.verdict() != Verdict.EXPIRED;
            text.append(FOUND.formatted(
                    found.name(),
                    isThere ? found.redis() : NONE,
                    isThere ? found.recounted() : NONE,
                    isThere ? found.members() : NONE,
                    verdict(found.verdict())));
            details(text, found.details());
        }
        return text.toString();
    }

    /** The last line. */
    public static String of(Verdict verdict) {
        return LINE
                + switch (verdict) {
                    case BALANCED -> "The books balance.";
                    case OPEN -> "The books balance as far as they can while events come.";
                    case EXPIRED -> "There is nothing to judge: the counts are kept no more.";
                    case OFF -> "The books do NOT balance.";
                }
                + LINE;
    }

    private static void details(StringBuilder text, List<String> details) {
        details.forEach(detail -> text.append(DETAIL.formatted(detail)));
    }

    private static String verdict(Verdict verdict) {
        return verdict == Verdict.OFF ? "OFF" : verdict.wireName();
    }
}
