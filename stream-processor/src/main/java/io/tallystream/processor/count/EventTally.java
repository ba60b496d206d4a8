package io.tallystream.processor.count;

import io.tallystream.processor.amount.Amount;
import io.tallystream.processor.amount.AmountBytes;
import io.tallystream.processor.amount.CellKey;
import io.tallystream.processor.amount.Group;
import io.tallystream.processor.amount.LongCells;
import io.tallystream.processor.amount.Outcome;
import io.tallystream.processor.amount.SliceMap;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.Utf8Slice;
import java.util.ArrayList;
import java.util.List;

/**
 * What the events of one partition since the last commit add to all counts but those per user, in the heap. One cell holds all
 * calls of an endpoint with one status in one minute, whatever the dimensions and windows that are made of it later. For one
 * thread.
 */
final class EventTally {
    // Names are kept from commit to commit, unless there are so many that most cannot be in use.
    private static final int MAX_KEPT_NAMES = 50_000;
    private static final byte[] NO_NAME = {};
    // An event has one name at most. Of a second one its amounts would be in the totals twice.
    private static final int NAMES_OF_AN_EVENT = 1;

    private final LongCells cells = new LongCells();
    private final LongCells totals = new LongCells();
    private final SliceMap<Name> endpoints = new SliceMap<>();
    private final SliceMap<Name> products = new SliceMap<>();
    private final SliceMap<Name> pages = new SliceMap<>();
    private final List<Name> names = new ArrayList<>();
    private Name all = nameOfAll();

    /** A name of an endpoint, product or page, and the amounts of it while they are taken. */
    private static final class Name {
        private final int id;
        private final byte[] key;
        private final AmountBytes amounts = new AmountBytes();

        Name(int id, byte[] key) {
            this.id = id;
            this.key = key;
        }
    }

    /** Takes the amounts of one group. */
    @FunctionalInterface
    interface Receiver {
        void group(byte[] key, byte[] amounts);
    }

    EventTally() {
        names.add(all);
    }

    /** Adds an accepted event of that minute, counted from 1970. */
    void add(EventView event, int minute) {
        switch (event.type()) {
            case API_CALL -> {
                int endpoint = id(endpoints, Group.ENDPOINT, event.endpoint());
                cells.add(CellKey.of(minute, endpoint, Amount.CALLS, event.statusCode()), 1);
                if (event.durationMillis() != EventView.ABSENT) {
                    int bucket = LatencyBuckets.indexOf(event.durationMillis());
                    cells.add(CellKey.of(minute, endpoint, Amount.LATENCY, bucket), 1);
                }
            }
            case CLICK -> {
                int product = id(products, Group.PRODUCT, event.productId());
                cells.add(CellKey.of(minute, product, Amount.CLICKS, 0), 1);
            }
            case PAGE_VIEW -> {
                int page = id(pages, Group.PAGE, event.page());
                cells.add(CellKey.of(minute, page, Amount.PAGE_VIEWS, 0), 1);
            }
            case DWELL -> {
                int page = id(pages, Group.PAGE, event.page());
                cells.add(CellKey.of(minute, page, Amount.DWELLS, 0), 1);
                if (event.durationMillis() > 0) {
                    cells.add(CellKey.of(minute, page, Amount.DWELL_MS, 0), event.durationMillis());
                }
            }
        }
    }

    /** Adds a record of any outcome, by the minute in which it was appended. */
    void addOutcome(Outcome outcome, int minute) {
        totals.add(CellKey.of(minute, 0, Amount.EVENTS, outcome.code()), 1);
    }

    /** Adds a user to a daily amount, by the day counted from 1970. */
    void addUser(Amount amount, int day) {
        totals.add(CellKey.of(day, 0, amount, 0), 1);
    }

    /** How many cells there are. */
    int size() {
        return cells.size() + totals.size();
    }

    /** Whether one more event may find no name left for it. */
    boolean isFull() {
        return names.size() >= CellKey.MAX_NAMES - NAMES_OF_AN_EVENT;
    }

    /**
     * Gives away all amounts, grouped, and forgets them.
     *
     * @param newestAppend of the events behind them
     */
    void drain(long newestAppend, Receiver receiver) {
        List<Name> used = new ArrayList<>();
        cells.forEach((key, sum) -> {
            Name name = names.get(CellKey.name(key));
            if (name.amounts.isEmpty()) {
                used.add(name);
            }
            Amount amount = CellKey.amount(key);
            name.amounts.add(amount, CellKey.time(key), CellKey.sub(key), sum);
            if (amount != Amount.LATENCY) {
                totals.add(CellKey.withoutName(key), sum);
            }
        });
        totals.forEach((key, sum) -> all.amounts.add(CellKey.amount(key), CellKey.time(key), CellKey.sub(key), sum));
        if (!all.amounts.isEmpty()) {
            used.add(all);
        }
        used.forEach(name -> receiver.group(name.key, name.amounts.take(newestAppend)));
        cells.clear();
        totals.clear();
        if (names.size() > MAX_KEPT_NAMES) {
            forgetNames();
        }
    }

    /** Forgets all, that of a drain that failed included. */
    void clear() {
        cells.clear();
        totals.clear();
        all = nameOfAll();
        forgetNames();
    }

    private static Name nameOfAll() {
        return new Name(0, Group.ALL.key(NO_NAME));
    }

    private int id(SliceMap<Name> of, Group group, Utf8Slice text) {
        Name name = of.get(text);
        if (name == null) {
            name = new Name(names.size(), group.key(text.toBytes()));
            names.add(name);
            of.add(text, name);
        }
        return name.id;
    }

    private void forgetNames() {
        endpoints.clear();
        products.clear();
        pages.clear();
        names.clear();
        names.add(all);
    }
}
