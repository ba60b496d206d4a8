package io.tallystream.benchmarks.tally;

import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.Utf8Slice;
import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongMaps;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.util.ArrayList;
import java.util.List;

/**
 * What accepted events add to all counts but those per user. One cell holds all calls of an endpoint with one status in one
 * minute, whatever the dimensions and windows that are made of it later. For one thread.
 */
final class EventTally {
    /** The sign of a group: of all names, endpoints, products, pages. */
    static final char ALL = '*';

    static final char ENDPOINT = 'e';
    static final char PRODUCT = 'p';
    static final char PAGE = 'g';

    // At most, as the totals are made of all names.
    private static final int NAMES_OF_AN_EVENT = 1;
    private static final int MAX_KEPT_NAMES = 50_000;

    private final Long2LongOpenHashMap cells = new Long2LongOpenHashMap();
    private final Long2LongOpenHashMap totals = new Long2LongOpenHashMap();
    private final TextMap<Integer> endpoints = new TextMap<>();
    private final TextMap<Integer> products = new TextMap<>();
    private final TextMap<Integer> pages = new TextMap<>();
    private final List<Name> names = new ArrayList<>();

    private static final class Name {
        private final byte[] group;
        private Long2LongOpenHashMap amounts;

        Name(byte[] group) {
            this.group = group;
        }
    }

    void add(EventView event, int minute) {
        switch (event.type()) {
            case API_CALL -> {
                int endpoint = id(endpoints, ENDPOINT, event.endpoint());
                cells.addTo(Cell.of(minute, endpoint, Metric.CALLS, event.statusCode()), 1);
                if (event.durationMillis() != EventView.ABSENT) {
                    int bucket = LatencyBuckets.indexOf(event.durationMillis());
                    cells.addTo(Cell.of(minute, endpoint, Metric.LATENCY, bucket), 1);
                }
            }
            case CLICK -> cells.addTo(Cell.of(minute, id(products, PRODUCT, event.productId()), Metric.CLICKS, 0), 1);
            case PAGE_VIEW -> cells.addTo(Cell.of(minute, id(pages, PAGE, event.page()), Metric.PAGE_VIEWS, 0), 1);
            case DWELL -> {
                int page = id(pages, PAGE, event.page());
                cells.addTo(Cell.of(minute, page, Metric.DWELLS, 0), 1);
                if (event.durationMillis() > 0) {
                    cells.addTo(Cell.of(minute, page, Metric.DWELL_MS, 0), event.durationMillis());
                }
            }
        }
    }

    void addOutcome(Outcome outcome, int minute) {
        totals.addTo(Cell.of(minute, 0, Metric.EVENTS, outcome.code()), 1);
    }

    /** Whether one more event may find no name left for it. */
    boolean isFull() {
        return names.size() >= Cell.MAX_NAMES - NAMES_OF_AN_EVENT;
    }

    /** Gives away all amounts, by group, and forgets them. */
    void drain(HeapCounter.Receiver receiver) {
        List<Name> used = new ArrayList<>();
        for (Long2LongMap.Entry entry : Long2LongMaps.fastIterable(cells)) {
            long cell = entry.getLongKey();
            Name name = names.get(Cell.name(cell));
            if (name.amounts == null) {
                name.amounts = new Long2LongOpenHashMap();
                used.add(name);
            }
            name.amounts.put(Cell.withoutName(cell), entry.getLongValue());
            if (Cell.metric(cell) != Metric.LATENCY) {
                totals.addTo(Cell.withoutName(cell), entry.getLongValue());
            }
        }
        cells.clear();
        for (Name name : used) {
            receiver.group(name.group, name.amounts);
            name.amounts = null;
        }
        if (!totals.isEmpty()) {
            receiver.group(new byte[] {(byte) ALL}, totals);
            totals.clear();
        }
        if (names.size() > MAX_KEPT_NAMES) {
            forgetNames();
        }
    }

    private int id(TextMap<Integer> of, char sign, Utf8Slice text) {
        Integer id = of.get(text);
        if (id == null) {
            id = names.size();
            byte[] bytes = text.toBytes();
            byte[] group = new byte[bytes.length + 1];
            group[0] = (byte) sign;
            System.arraycopy(bytes, 0, group, 1, bytes.length);
            names.add(new Name(group));
            of.add(text, bytes, id);
        }
        return id;
    }

    private void forgetNames() {
        endpoints.clear();
        products.clear();
        pages.clear();
        names.clear();
    }
}
