package io.tallystream.faults.fault;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Which fault comes when, by a seed: each kind once, in some order, then each once more, and so on. For one thread. */
public final class Schedule {
    private final List<FaultKind> kinds;
    private final Random random;
    private final Deque<FaultKind> deck = new ArrayDeque<>();

    /** @param kinds at least one */
    public Schedule(Collection<FaultKind> kinds, long seed) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("there must be a kind of fault");
        }
        this.kinds = List.copyOf(kinds);
        random = new Random(seed);
    }

    /** The next one. */
    public Fault next() {
        if (deck.isEmpty()) {
            List<FaultKind> shuffled = new ArrayList<>(kinds);
            Collections.shuffle(shuffled, random);
            deck.addAll(shuffled);
        }
        FaultKind kind = deck.remove();
        long spread = kind.longest().minus(kind.shortest()).toMillis();
        return new Fault(
                kind, random.nextInt(1_000_000), kind.shortest().plusMillis((long) (random.nextDouble() * spread)));
    }
}
