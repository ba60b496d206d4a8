package io.tallystream.faults.truth;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.faults.truth.Journal.Entry;
import io.tallystream.faults.truth.Journal.Kind;
import io.tallystream.schema.event.CallStatus;
import io.tallystream.schema.event.Event;
import java.time.Instant;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class JournalTest {
    private final Tally tally = new Tally();
    private final Journal journal = new Journal(tally);

    @Test
    void shouldLeadBackFromAnId() {
        Entry late = journal.next(Kind.LATE);

        assertThat(Entry.ofId(late.id())).isEqualTo(late);
        assertThat(Entry.ofId("somebody else's")).isNull();
        assertThat(Entry.ofId(null)).isNull();
    }

    @Test
    void shouldKnowWhatMayBeCountedAndWhatHasToBe() {
        Entry entry = journal.next(Kind.ORDINARY);
        Event.ApiCall call = call(entry);
        journal.sending(entry, call);

        assertThat(journal.issuedCalls("/a")).isEqualTo(1);
        assertThat(journal.acknowledgedCalls()).isZero();
        assertThat(journal.unknown()).isEqualTo(1);
        assertThat(tally.counts()).isEmpty();

        journal.acknowledged(entry, call);

        assertThat(journal.acknowledgedCalls()).isEqualTo(1);
        assertThat(journal.unknown()).isZero();
        assertThat(tally.counts()).isNotEmpty();
    }

    @Test
    void shouldFindWhatWasAcknowledgedAndIsLost() {
        Entry kept = journal.next(Kind.ORDINARY);
        Entry lost = journal.next(Kind.ORDINARY);
        Entry refused = journal.next(Kind.BROKEN);
        journal.acknowledged(kept, call(kept));
        journal.acknowledged(lost, call(lost));
        journal.refused(refused);
        BitSet found = new BitSet();
        found.set((int) kept.number());

        assertThat(journal.firstMissing(found)).hasValue(lost.number());
        assertThat(journal.missing(found)).isEqualTo(1);
        assertThat(journal.isRefused(refused)).isTrue();
    }

    @Test
    void shouldNotCountWhatIsLate() {
        Entry late = journal.next(Kind.LATE);
        journal.acknowledged(late, call(late));

        assertThat(tally.counts()).isEmpty();
        assertThat(journal.acknowledged()).isEqualTo(1);
    }

    private static Event.ApiCall call(Entry entry) {
        return Event.ApiCall.of("/a", CallStatus.SUCCESS).with(entry.id(), Instant.EPOCH);
    }
}
