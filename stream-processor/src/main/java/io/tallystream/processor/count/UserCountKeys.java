package io.tallystream.processor.count;

import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.kafka.CountKey;
import java.time.LocalDate;
import java.util.function.BiConsumer;

/** The keys of all counts that there may be of one user. */
final class UserCountKeys {
    private final byte[] user;

    UserCountKeys(byte[] user) {
        this.user = user;
    }

    /**
     * Visits them with the class that says which topic they are on.
     *
     * @param firstDay counted from 1970, like the last; both are visited
     */
    void forEach(int firstDay, int lastDay, BiConsumer<RetentionClass, byte[]> visitor) {
        for (CountTable.Row row : CountTable.rows()) {
            if (row.dimension() == Dimension.USER) {
                for (Granularity granularity : row.granularities()) {
                    switch (granularity) {
                        case LIFETIME -> visit(row, Window.LIFETIME, visitor);
                        case DAY -> {
                            for (int day = firstDay; day <= lastDay; day++) {
                                String label = LocalDate.ofEpochDay(day).toString();
                                visit(row, new Window(Granularity.DAY, label), visitor);
                            }
                        }
                        default -> throw new IllegalStateException("users are not counted by " + granularity);
                    }
                }
            }
        }
    }

    private void visit(CountTable.Row row, Window window, BiConsumer<RetentionClass, byte[]> visitor) {
        visitor.accept(
                RetentionClass.of(window.granularity(), row.dimension()),
                CountKey.of(CountKey.head(row.metric(), window, row.dimension()), user));
    }
}
