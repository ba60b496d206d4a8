package io.tallystream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records for the event topics, the same from the same seed but for the time of day: events of all kinds, with and without
 * user, id and time, of producers that partition as Kafka does and of others; repeated ones, late ones, ones dated ahead,
 * and ones that are no events. For one thread.
 */
final class EventStream {
    private static final int PARTS = 1_000;
    private static final int COPIES = 60;
    private static final int BROKEN = 20;
    private static final int PLAINLY_KEYED = 780;
    private static final int LARGE_EVERY = 20_000;
    private static final int LARGE_BYTES = 900_000;
    private static final int DEEP = 2_000;
    // A sample of what was made, so that a repetition comes at once or a hundred thousand records later.
    private static final int KEPT_EVERY = 20;
    private static final int MOST_KEPT = 8_192;

    private final Random random;
    private final int partitions;
    private final int users;
    private final long copiedWithinMs;
    private final List<Kept> kept = new ArrayList<>();
    private final List<ProducerRecord<byte[], byte[]>> returning = new ArrayList<>();
    private Kept last;
    private long made;
    private long ids;

    private record Kept(long at, ProducerRecord<byte[], byte[]> record) {}

    /**
     * @param copiedWithin how long after an event it may come again; far less than what counts as the same event
     */
    EventStream(long seed, int partitions, int users, Duration copiedWithin) {
        this.random = new Random(seed);
        this.partitions = partitions;
        this.users = users;
        this.copiedWithinMs = copiedWithin.toMillis();
    }

    /** One event for each partition of each topic. */
    List<ProducerRecord<byte[], byte[]>> oneForEachPartition() {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (String topic : Topics.EVENTS) {
            for (int partition = 0; partition < partitions; partition++) {
                byte[] json = json("\"id\":\"" + newId() + "\"", System.currentTimeMillis());
                records.add(new ProducerRecord<>(topic, partition, null, json));
            }
        }
        return records;
    }

    /** Events that Kafka puts where they belong, so that it is certain in which order they and their repetitions are read. */
    List<ProducerRecord<byte[], byte[]>> thatWillReturn(int number) {
        for (int i = 0; i < number; i++) {
            String user = newUser();
            long now = System.currentTimeMillis();
            byte[] json = json("\"id\":\"" + newId() + "\",\"user_id\":\"" + user + "\",\"time\":" + now, now);
            returning.add(new ProducerRecord<>(topic(), user.getBytes(UTF_8), json));
        }
        return returning;
    }

    /** The same once more. */
    List<ProducerRecord<byte[], byte[]>> thoseThatReturn() {
        return returning;
    }

    List<ProducerRecord<byte[], byte[]>> next(int number) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(number);
        for (int i = 0; i < number; i++) {
            records.add(next());
        }
        return records;
    }

    private ProducerRecord<byte[], byte[]> next() {
        made++;
        if (made % LARGE_EVERY == 0) {
            return new ProducerRecord<>(topic(), key(newUser()), clickOn("x".repeat(LARGE_BYTES)));
        }
        int kind = random.nextInt(PARTS);
        if (kind < COPIES && last != null) {
            return copy();
        }
        return kind < COPIES + BROKEN ? broken() : event();
    }

    private ProducerRecord<byte[], byte[]> copy() {
        Kept chosen = random.nextInt(3) == 0 || kept.isEmpty() ? last : kept.get(random.nextInt(kept.size()));
        if (System.currentTimeMillis() - chosen.at() > copiedWithinMs) {
            chosen = last;
        }
        ProducerRecord<byte[], byte[]> record = chosen.record();
        return switch (random.nextInt(4)) {
            // A producer that tries again.
            case 0, 1 -> record;
            // A second producer that partitions in another way.
            case 2 -> new ProducerRecord<>(record.topic(), partition(), record.key(), record.value());
            default -> new ProducerRecord<>(topic(), partition(), null, record.value());
        };
    }

    private ProducerRecord<byte[], byte[]> broken() {
        byte[] value = switch (random.nextInt(7)) {
            case 0 -> null;
            case 1 -> "no JSON".getBytes(UTF_8);
            case 2 -> "{\"type\":\"click\",\"id\":\"%s\"}".formatted(newId()).getBytes(UTF_8);
            case 3 -> notUtf8();
            case 4 ->
                ("{\"type\":\"click\",\"product_id\":\"p1\",\"more\":" + "[".repeat(DEEP) + "]".repeat(DEEP) + "}")
                        .getBytes(UTF_8);
            case 5 -> "{\"type\":\"api_call\",\"endpoint\":\"/e1\",\"status\":999}".getBytes(UTF_8);
            default -> new byte[0];
        };
        return random.nextBoolean()
                ? new ProducerRecord<>(topic(), partition(), null, value)
                : new ProducerRecord<>(topic(), key(newUser()), value);
    }

    private static byte[] notUtf8() {
        byte[] bytes = clickOn("p??");
        // The first of two bytes, without the second.
        bytes[bytes.length - 4] = (byte) 0xc3;
        return bytes;
    }

    private static byte[] clickOn(String product) {
        return ("{\"type\":\"click\",\"product_id\":\"" + product + "\"}").getBytes(UTF_8);
    }

    private ProducerRecord<byte[], byte[]> event() {
        String user = random.nextInt(10) == 0 ? null : newUser();
        String id = random.nextInt(20) == 0 ? null : newId();
        long now = System.currentTimeMillis();
        List<String> head = new ArrayList<>();
        if (id != null) {
            head.add("\"id\":\"" + id + "\"");
        }
        if (user != null) {
            head.add("\"user_id\":\"" + user + "\"");
        }
        boolean timed = random.nextInt(10) != 0;
        if (timed) {
            head.add("\"time\":" + time(now));
        }
        byte[] json = json(String.join(",", head), now);
        ProducerRecord<byte[], byte[]> record = placed(user == null ? id : user, json);
        if (timed || id == null) {
            // Without a time it would matter to more than the books which of the copies is counted.
            keep(new Kept(now, record));
        }
        return record;
    }

    private void keep(Kept event) {
        last = event;
        if (random.nextInt(KEPT_EVERY) == 0) {
            if (kept.size() < MOST_KEPT) {
                kept.add(event);
            } else {
                kept.set(random.nextInt(MOST_KEPT), event);
            }
        }
    }

    private String time(long now) {
        long time = switch (random.nextInt(50)) {
            case 0 -> now - random.nextInt(7_200_000);
            case 1 -> now + random.nextInt(600_000);
            default -> now - random.nextInt(90_000);
        };
        return switch (random.nextInt(20)) {
            case 0 -> "\"" + Instant.ofEpochMilli(time) + "\"";
            case 1 -> "\"" + Instant.ofEpochMilli(time).atOffset(ZoneOffset.ofHours(2)) + "\"";
            default -> Long.toString(time);
        };
    }

    private byte[] json(String head, long now) {
        String fields = switch (random.nextInt(12)) {
            case 0, 1 -> "\"type\":\"click\",\"product_id\":\"p" + random.nextInt(30) + "\"";
            case 2 -> "\"type\":\"page_view\",\"page\":\"/" + random.nextInt(9) + "\",\"seen\":{\"at\":[" + now + "]}";
            case 3 -> "\"type\":\"dwell\",\"page\":\"/\\u00e9\",\"duration_ms\":" + random.nextInt(900);
            case 4 ->
                "\"type\":\"api_call\",\"endpoint\":\"/é\",\"status\":\"" + (random.nextBoolean() ? "error" : "success")
                        + "\"";
            default ->
                "\"type\":\"api_call\",\"endpoint\":\"/e" + random.nextInt(40) + "\",\"status\":"
                        + (random.nextInt(9) == 0 ? 500 : 200) + ",\"duration_ms\":" + random.nextInt(2_000);
        };
        return ("{" + fields + (head.isEmpty() ? "" : "," + head) + "}").getBytes(UTF_8);
    }

    /** Where a producer puts an event of that owner. */
    private ProducerRecord<byte[], byte[]> placed(String owner, byte[] json) {
        int way = random.nextInt(PARTS);
        if (owner == null || way < (PARTS - PLAINLY_KEYED) / 4) {
            return new ProducerRecord<>(topic(), partition(), null, json);
        }
        byte[] key = key(owner);
        if (way >= PARTS - PLAINLY_KEYED) {
            return new ProducerRecord<>(topic(), key, json);
        }
        return switch (way % 3) {
            case 0 -> new ProducerRecord<>(topic(), key("session-" + random.nextInt(10_000)), json);
            case 1 -> new ProducerRecord<>(topic(), partition(), key, json);
            default -> new ProducerRecord<>(topic(), otherHash(key), key, json);
        };
    }

    /** As librdkafka does it. */
    private int otherHash(byte[] key) {
        CRC32 crc = new CRC32();
        crc.update(key);
        return (int) (crc.getValue() % partitions);
    }

    private String newId() {
        return "e" + ids++;
    }

    private String newUser() {
        return "u" + random.nextInt(users);
    }

    private String topic() {
        return random.nextBoolean() ? Topics.API_CALLS : Topics.USER_ACTIONS;
    }

    private int partition() {
        return random.nextInt(partitions);
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }
}
