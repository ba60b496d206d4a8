package io.tallystream.benchmarks.flink;

import io.tallystream.benchmarks.tally.EventAmounts;
import io.tallystream.benchmarks.tally.HeapCounter;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.kafka.CountKey;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.TableFunction;
import org.apache.flink.types.Row;

/** The table function that makes amounts of a record, each for the address of a count. */
@FunctionHint(output = @DataTypeHint("ROW<address STRING, amount BIGINT>"))
public final class AmountsOf extends TableFunction<Row> {
    private static final long serialVersionUID = 1L;

    private final HeapCounter.Settings settings;
    private transient EventReader reader;
    private transient WindowCalendar calendar;

    /** With those rules. */
    public AmountsOf(HeapCounter.Settings settings) {
        this.settings = settings;
    }

    @Override
    public void open(FunctionContext context) {
        reader = new EventReader();
        calendar = new WindowCalendar(settings.zone());
    }

    /** Called by Flink for each record. */
    public void eval(byte[] body, @DataTypeHint("TIMESTAMP_LTZ(3)") Instant appended) {
        if (reader.read(body) instanceof EventReading.Valid valid) {
            Event event = valid.event();
            Instant happened = event.time() == null ? appended : event.time();
            Duration delay = Duration.between(happened, appended);
            if (delay.compareTo(settings.allowedLateness()) <= 0
                    && delay.negated().compareTo(settings.allowedSkew()) <= 0) {
                EventAmounts.of(event, (row, member, amount) -> add(row, member, happened, amount));
            }
        }
    }

    private void add(CountTable.Row row, String member, Instant happened, long amount) {
        for (Granularity granularity : row.granularities()) {
            CountAddress address =
                    new CountAddress(row.metric(), calendar.windowAt(granularity, happened), row.dimension(), member);
            collect(Row.of(CountKey.format(address), amount));
        }
    }
}
