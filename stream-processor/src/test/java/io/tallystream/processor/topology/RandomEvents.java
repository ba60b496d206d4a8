package io.tallystream.processor.topology;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.processor.Recount;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Events of all types over some three days around a change of clocks, some refused, and what they should come to. */
final class RandomEvents {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant BEGIN = Instant.parse("2026-10-31T02:00:00Z");
    private static final long MILLIS_BETWEEN = Duration.ofMinutes(10).toMillis();
    private static final long LATENESS = Duration.ofHours(1).toMillis();
    private static final long SKEW = Duration.ofMinutes(5).toMillis();

    private final Random random;
    final Recount recount;
    int refused;

    RandomEvents(ZoneId zone, long seed) {
        recount = new Recount(zone);
        random = new Random(seed);
    }

    void appendTo(CountingDriver driver, int number) {
        Instant appended = BEGIN;
        for (int i = 0; i < number; i++) {
            appended = appended.plusMillis(random.nextLong(MILLIS_BETWEEN));
            String topic = random.nextBoolean() ? TopologyCase.API_CALLS : TopologyCase.USER_ACTIONS;
            driver.append(appended, topic, next(appended));
        }
    }

    /** The same, but up to so many of a topic are polled at once. */
    void pollBy(CountingDriver driver, int number, int atOnce) {
        Instant appended = BEGIN;
        Map<String, List<ConsumerRecord<byte[], byte[]>>> waiting = new HashMap<>();
        for (int i = 0; i < number; i++) {
            appended = appended.plusMillis(random.nextLong(MILLIS_BETWEEN));
            String topic = random.nextBoolean() ? TopologyCase.API_CALLS : TopologyCase.USER_ACTIONS;
            List<ConsumerRecord<byte[], byte[]>> batch = waiting.computeIfAbsent(topic, any -> new ArrayList<>());
            batch.add(CountingDriver.polled(
                    appended, topic, i, null, TopologyCase.bytes(next(appended)), new RecordHeaders()));
            if (batch.size() == atOnce) {
                driver.poll(waiting.remove(topic));
            }
        }
        waiting.values().forEach(driver::poll);
    }

    private String next(Instant appended) {
        long offset = oneOf(0L, random.nextLong(-LATENESS, SKEW), random.nextLong(-2 * LATENESS, 2 * SKEW));
        Instant time = appended.plusMillis(offset);
        boolean accepted = offset >= -LATENESS && offset <= SKEW;
        String user = oneOf(null, "ann", "bob|b", "zo\u00eb");
        String json = event((user == null ? "" : "\"user_id\":\"" + user + "\",") + "\"time\":" + time.toEpochMilli());
        if (accepted) {
            recount.record(appended, "accepted");
            recount.event(read(json), time);
        } else {
            recount.record(appended, offset < 0 ? "late" : "future");
            refused++;
        }
        return json;
    }

    private String event(String head) {
        return switch (random.nextInt(5)) {
            case 0 -> {
                String product = oneOf("p1", "p2", "p|3");
                yield "{\"type\":\"click\",\"product_id\":\"" + product + "\"," + head + "}";
            }
            case 1 -> {
                String page = oneOf("/", "/shop");
                yield "{\"type\":\"page_view\",\"page\":\"" + page + "\"," + head + "}";
            }
            case 2 -> {
                String page = oneOf("/", "/shop");
                long millis = oneOf(0L, random.nextLong(100_000), 86_400_000L);
                yield "{\"type\":\"dwell\",\"page\":\"" + page + "\",\"duration_ms\":" + millis + "," + head + "}";
            }
            default -> {
                String endpoint = oneOf("/a", "/b|c", "/d e");
                String status = oneOf("success", "error", "200", "404");
                long millis = oneOf((long) random.nextInt(30), (long) random.nextInt(5_000), 86_400_000L);
                yield "{\"type\":\"api_call\",\"endpoint\":\"" + endpoint + "\",\"status\":\"" + status
                        + "\",\"duration_ms\":" + millis + "," + head + "}";
            }
        };
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @SafeVarargs
    private <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
