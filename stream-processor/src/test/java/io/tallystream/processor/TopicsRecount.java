package io.tallystream.processor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the records on the event topics come to, read one by one, and how each that is not counted has to be told of. Shares
 * no code with what it checks: it has rules of its own for what an event is, as far as {@link EventStream} makes use of
 * them.
 */
final class TopicsRecount {
    private static final Duration LATENESS = Duration.ofHours(1);
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final int LONGEST_TEXT = 256;
    private static final long[] NEVER = {};

    private final ObjectMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final Recount recount = new Recount(ZoneOffset.UTC);
    private final long horizonMs;
    private final Map<String, long[]> accepted = new HashMap<>();
    private final Map<Place, Refused> refused = new HashMap<>();
    private long records;

    /** Where a record lies. */
    record Place(String topic, int partition, long offset) {}

    /** A record that is not counted. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by the one who asks.
    record Refused(String reason, byte[] key, byte[] value) {}

    /**
     * @param horizon how far apart one id may be appended twice and be the same event
     */
    TopicsRecount(Duration horizon) {
        horizonMs = horizon.toMillis();
    }

    /** Takes the records of a partition in their order; in which order the partitions are taken does not matter. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        records++;
        Instant appended = Instant.ofEpochMilli(record.timestamp());
        JsonNode event = event(record.value());
        Instant time = event == null ? null : time(event, appended);
        if (time == null) {
            refuse(record, "invalid");
        } else if (time.isBefore(appended.minus(LATENESS))) {
            refuse(record, "late");
        } else if (time.isAfter(appended.plus(SKEW))) {
            refuse(record, "future");
        } else if (isRepeated(event.path("id").textValue(), record.timestamp())) {
            recount.record(appended, "duplicate");
        } else {
            recount.record(appended, "accepted");
            recount.event(event, time);
        }
    }

    /** All counts; to be asked for once, at the end. */
    Map<String, Long> counts() {
        recount.roll();
        return recount.counts();
    }

    Map<Place, Refused> refused() {
        return refused;
    }

    long records() {
        return records;
    }

    private void refuse(ConsumerRecord<byte[], byte[]> record, String reason) {
        recount.record(Instant.ofEpochMilli(record.timestamp()), reason);
        refused.put(
                new Place(record.topic(), record.partition(), record.offset()),
                new Refused(reason, record.key(), record.value()));
    }

    private boolean isRepeated(String id, long appendedMs) {
        if (id == null) {
            return false;
        }
        long[] before = accepted.getOrDefault(id, NEVER);
        if (Arrays.stream(before).anyMatch(other -> Math.abs(other - appendedMs) <= horizonMs)) {
            return true;
        }
        long[] now = Arrays.copyOf(before, before.length + 1);
        now[before.length] = appendedMs;
        accepted.put(id, now);
        return false;
    }

    private JsonNode event(byte[] value) {
        if (value == null) {
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            JsonNode event = json.readTree(text);
            boolean textsFit = Stream.of("id", "user_id", "endpoint", "product_id", "page")
                    .map(event::get)
                    .allMatch(field -> field == null
                            || (field.isTextual() && field.textValue().length() <= LONGEST_TEXT));
            return textsFit && isComplete(event) ? event : null;
        } catch (CharacterCodingException | JsonProcessingException e) {
            return null;
        }
    }

    private static boolean isComplete(JsonNode event) {
        return switch (event.path("type").asText()) {
            case "api_call" -> event.has("endpoint") && isStatus(event.path("status"));
            case "click" -> event.has("product_id");
            case "page_view" -> event.has("page");
            case "dwell" -> event.has("page") && event.path("duration_ms").isIntegralNumber();
            default -> false;
        };
    }

    private static boolean isStatus(JsonNode status) {
        return status.isInt()
                ? status.intValue() >= 100 && status.intValue() < 600
                : List.of("success", "error").contains(status.asText());
    }

    private static Instant time(JsonNode event, Instant appended) {
        JsonNode time = event.get("time");
        if (time == null) {
            return appended;
        }
        return time.isTextual()
                ? OffsetDateTime.parse(time.textValue()).toInstant()
                : Instant.ofEpochMilli(time.longValue());
    }
}
