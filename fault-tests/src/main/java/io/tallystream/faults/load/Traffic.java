package io.tallystream.faults.load;

import io.tallystream.faults.truth.Journal;
import io.tallystream.schema.event.CallStatus;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;

/** Makes events, of all types, of many users and of none, a few late, early or broken. For one thread. */
final class Traffic {
    private static final int USERS = 500;
    private static final int ENDPOINTS = 24;
    private static final int PRODUCTS = 60;
    private static final int PAGES = 15;
    private static final int[] STATUSES = {200, 200, 200, 200, 200, 201, 204, 301, 400, 404, 429, 500, 503};
    private static final Duration OLDEST_ON_TIME = Duration.ofMinutes(30);
    private static final Duration TOO_LATE = Duration.ofHours(3);
    private static final Duration TOO_EARLY = Duration.ofHours(1);

    private final RandomGenerator random;
    private final Journal journal;
    private final Clock clock;
    private final EventWriter writer = new EventWriter();

    /** An event and how it is written. */
    record Made(Journal.Entry entry, Event event, String json) {}

    Traffic(RandomGenerator random, Journal journal, Clock clock) {
        this.random = random;
        this.journal = journal;
        this.clock = clock;
    }

    /** Makes the next event, which belongs into the journal when it is sent. */
    Made next() {
        int chance = random.nextInt(1000);
        Journal.Kind kind = chance < 5
                ? Journal.Kind.LATE
                : chance < 10 ? Journal.Kind.FUTURE : chance < 20 ? Journal.Kind.BROKEN : Journal.Kind.ORDINARY;
        Journal.Entry entry = journal.next(kind);
        Event event = event(entry.id(), time(kind));
        String json =
                kind == Journal.Kind.BROKEN ? broken(entry) : new String(writer.write(event), StandardCharsets.UTF_8);
        return new Made(entry, event, json);
    }

    /** An event that keeps the contract: what goes straight to Kafka is refused by nobody. */
    Made nextUnbroken() {
        Made made = next();
        while (made.entry().kind() == Journal.Kind.BROKEN) {
            // Its number is used up, and it is never sent.
            journal.refused(made.entry());
            made = next();
        }
        return made;
    }

    private static String broken(Journal.Entry entry) {
        return "{\"type\":\"click\",\"id\":\"%s\"}".formatted(entry.id());
    }

    private Instant time(Journal.Kind kind) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return switch (kind) {
            case LATE -> now.minus(TOO_LATE);
            case FUTURE -> now.plus(TOO_EARLY);
            case ORDINARY, BROKEN ->
                // Most as they happen, some handed in afterwards.
                random.nextInt(10) > 0 ? now : now.minusMillis(random.nextLong(OLDEST_ON_TIME.toMillis()));
        };
    }

    private Event event(String id, Instant time) {
        String user = random.nextInt(10) == 0 ? null : "u" + random.nextInt(USERS);
        return switch (random.nextInt(10)) {
            case 0, 1 -> new Event.Click(id, time, user, "p" + random.nextInt(PRODUCTS), null);
            case 2 -> new Event.PageView(id, time, user, "/page/" + random.nextInt(PAGES));
            case 3 -> new Event.Dwell(id, time, user, "/page/" + random.nextInt(PAGES), random.nextLong(60_000));
            default ->
                Event.ApiCall.of(
                                "/api/" + Math.min(random.nextInt(ENDPOINTS), random.nextInt(ENDPOINTS)),
                                CallStatus.ofCode(STATUSES[random.nextInt(STATUSES.length)]))
                        .with(id, time)
                        .withUser(user)
                        .withMethod("GET")
                        .withDuration(random.nextInt(5) == 0 ? null : (long) random.nextInt(400));
        };
    }
}
