package io.tallystream.faults.truth;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.event.Event;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What was sent, and what was said about it. Each event has a number that is in its id, so that whatever is found on a topic
 * leads back here. Memory: two bits for each event, and the {@link Tally}. Thread-safe.
 */
public final class Journal {
    private final Tally accepted;
    private final BitSet acknowledged = new BitSet();
    private final BitSet refused = new BitSet();
    private final AtomicLong issued = new AtomicLong();
    private final Map<String, Long> issuedCalls = new HashMap<>();
    private long acknowledgedCalls;
    private long allIssuedCalls;

    /** How an event is meant. */
    public enum Kind {
        /** To be counted. */
        ORDINARY('o'),
        /** Happened too long ago to be counted: a gateway refuses it, and on Kafka it is late. */
        LATE('l'),
        /** Happens too far in the future: a gateway refuses it, and on Kafka it is that. */
        FUTURE('f'),
        /** Breaks the contract, so that a gateway refuses it. */
        BROKEN('b');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }
    }

    /** An event's place in the journal. */
    public record Entry(Kind kind, long number) {
        /** Requires the kind. */
        public Entry {
            requireNonNull(kind, "kind");
        }

        /** The id that the event goes by. */
        public String id() {
            return kind.letter + "-" + number;
        }

        /** The entry with that id; null if it is none of ours. */
        public static Entry ofId(String id) {
            if (id == null || !id.matches("[a-z]-\\d{1,12}")) {
                return null;
            }
            for (Kind kind : Kind.values()) {
                if (kind.letter == id.charAt(0)) {
                    return new Entry(kind, Long.parseLong(id.substring(2)));
                }
            }
            return null;
        }
    }

    /** @param accepted gets the events that have to be counted */
    public Journal(Tally accepted) {
        this.accepted = requireNonNull(accepted, "accepted");
    }

    /** Gives a number to an event that is to be sent. */
    public Entry next(Kind kind) {
        return new Entry(kind, issued.getAndIncrement());
    }

    /** Is called before an event is sent for the first time: from now on it may be counted. */
    public synchronized void sending(Entry entry, Event event) {
        if (entry.kind() == Kind.ORDINARY && event instanceof Event.ApiCall call) {
            issuedCalls.merge(call.endpoint(), 1L, Long::sum);
            allIssuedCalls++;
        }
    }

    /** An event was answered with 202, or Kafka has acknowledged it. Once for each event. */
    public synchronized void acknowledged(Entry entry, Event event) {
        acknowledged.set(index(entry));
        if (entry.kind() == Kind.ORDINARY) {
            accepted.accepted(event);
            if (event instanceof Event.ApiCall) {
                acknowledgedCalls++;
            }
        }
    }

    /** An event was refused: it must not be counted. */
    public synchronized void refused(Entry entry) {
        refused.set(index(entry));
    }

    /** How many numbers were given. */
    public long issued() {
        return issued.get();
    }

    /** How many events were acknowledged. */
    public synchronized long acknowledged() {
        return acknowledged.cardinality();
    }

    /** How many were refused. */
    public synchronized long refused() {
        return refused.cardinality();
    }

    /** Calls that have to be counted, of what is acknowledged so far. */
    public synchronized long acknowledgedCalls() {
        return acknowledgedCalls;
    }

    /** Calls that may be counted at most. */
    public synchronized long issuedCalls() {
        return allIssuedCalls;
    }

    /** Calls of an endpoint that may be counted at most. */
    public synchronized long issuedCalls(String endpoint) {
        return issuedCalls.getOrDefault(endpoint, 0L);
    }

    /** Whether the event was refused. */
    public synchronized boolean isRefused(Entry entry) {
        return refused.get(index(entry));
    }

    /** The first event that was acknowledged and is not among the given numbers, if there is one. */
    public synchronized OptionalLong firstMissing(BitSet found) {
        BitSet missing = (BitSet) acknowledged.clone();
        missing.andNot(found);
        return missing.isEmpty() ? OptionalLong.empty() : OptionalLong.of(missing.nextSetBit(0));
    }

    /** How many events were acknowledged and are not among the given numbers. */
    public synchronized long missing(BitSet found) {
        BitSet missing = (BitSet) acknowledged.clone();
        missing.andNot(found);
        return missing.cardinality();
    }

    /** How many events were neither acknowledged nor refused. */
    public synchronized long unknown() {
        BitSet known = (BitSet) acknowledged.clone();
        known.or(refused);
        return issued.get() - known.cardinality();
    }

    private static int index(Entry entry) {
        return Math.toIntExact(entry.number());
    }
}
