package io.tallystream.query.reconciliation;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.stats.Desk;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Answers questions about reconciliation. */
public final class Reconciliations {
    private static final List<String> COLUMNS =
            List.of("left", "left_count", "relation", "right", "right_count", "verdict");

    private final Desk desk;
    private final Reconciliation reconciliation;

    /** Asks there. */
    public Reconciliations(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
        reconciliation = new Reconciliation(desk);
    }

    /**
     * The equations of a day with both sides.
     *
     * @throws RefusedException if the parameters name no day
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        String now = desk.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return reconciliation.of(day(parameters)).thenApply(balance -> {
            JsonArray equations = new JsonArray();
            balance.equations().forEach(equation -> equations.add(json(equation)));
            return new JsonObject()
                    .put("as_of", now)
                    .put("time_zone", desk.spans().calendar().zone().getId())
                    .put("date", balance.date())
                    .put("final", balance.isFinal())
                    .put("verdict", balance.verdict().wireName())
                    .put("equations", equations);
        });
    }

    private static JsonObject json(Equation equation) {
        return new JsonObject()
                .put("left", equation.left())
                .put("left_count", equation.sides().map(Equation.Sides::left).orElse(null))
                .put("relation", equation.relation())
                .put("right", equation.right())
                .put("right_count", equation.sides().map(Equation.Sides::right).orElse(null))
                .put("verdict", equation.verdict().wireName())
                .put("details", new JsonArray(equation.details()));
    }

    /**
     * The same as a table.
     *
     * @throws RefusedException if the parameters name no day
     */
    public Table table(Parameters parameters) {
        Instant now = desk.now();
        Window day = day(parameters);
        return desk.about(
                now,
                Table.of(
                        COLUMNS,
                        () -> reconciliation
                                .of(day)
                                .thenApply(balance -> balance.equations().stream()
                                        .map(equation -> Arrays.<Object>asList(
                                                equation.left(),
                                                equation.sides()
                                                        .map(Equation.Sides::left)
                                                        .orElse(null),
                                                equation.relation(),
                                                equation.right(),
                                                equation.sides()
                                                        .map(Equation.Sides::right)
                                                        .orElse(null),
                                                equation.verdict().wireName()))
                                        .toList())));
    }

    private Window day(Parameters parameters) {
        if (!parameters.has("date")) {
            return desk.spans()
                    .bucketAt(
                            Granularity.DAY,
                            desk.spans()
                                    .bucketAt(Granularity.DAY, desk.now())
                                    .start()
                                    .minusMillis(1))
                    .window();
        }
        return desk.spans().day(parameters, "date").window();
    }
}
