package io.tallystream.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.runtime.http.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** There are two ways through the intake; they must not differ. */
class PlainIntakeTest {
    private static final long NOW = Instant.parse("2026-11-21T10:00:00Z").toEpochMilli();
    private static final IntakeRules RULES = new IntakeRules(Duration.ofHours(1), Duration.ofMinutes(5), false);
    private static final int ROUNDS = 100_000;

    private final EventIntake intake = new EventIntake(RULES);
    private final Random random = new Random(5);

    @Test
    void shouldReadPlainBodiesInPlace() {
        int events = 0;
        for (int round = 0; round < ROUNDS / 20; round++) {
            EventBatch batch = intake.readPlain(bytes(body()), NOW);
            events += batch == null ? 0 : batch.size();
        }
        assertThat(events).isGreaterThan(ROUNDS / 40);
    }

    @Test
    void shouldDecideAndWriteTheSameWhateverTheBytes() {
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] body = bytes(body());
            for (int change = random.nextInt(3); change > 0; change--) {
                body = mutate(body);
            }
            byte[] given = body;

            String decided = outcome(() -> intake.read(BodyFormat.JSON, given, NOW));

            assertThat(decided).as(text(body)).isEqualTo(outcome(() -> intake.readAnyJson(given, NOW)));
            read += decided.equals("refused") ? 0 : 1;
        }
        assertThat(read).isBetween(ROUNDS / 10, ROUNDS - ROUNDS / 10);
    }

    private byte[] mutate(byte[] body) {
        if (body.length == 0) {
            return body;
        }
        int at = random.nextInt(body.length);
        String signs = "\"\\{}[],:0 \n";
        int sign = random.nextBoolean() ? random.nextInt(256) : signs.charAt(random.nextInt(signs.length()));
        byte[] changed = body.clone();
        changed[at] = (byte) sign;
        return random.nextInt(3) > 0 ? changed : Arrays.copyOf(body, at);
    }

    /** What is written, and why other events are not. */
    private static String outcome(Supplier<EventBatch> reading) {
        EventBatch batch;
        try {
            batch = reading.get();
        } catch (ProblemException e) {
            return "refused";
        }
        StringBuilder told = new StringBuilder();
        for (ProducerRecord<byte[], byte[]> record : batch.records()) {
            told.append(text(record.value())).append(text(record.key())).append(record.topic());
        }
        // Those that were made here differ each time.
        for (byte[] id : batch.assignedIds()) {
            int at = told.indexOf(text(id));
            while (at >= 0) {
                told.replace(at, at + id.length, "made");
                at = told.indexOf(text(id));
            }
        }
        return told.append(batch.rejections()).toString();
    }

    private String body() {
        if (random.nextInt(3) == 0) {
            return event();
        }
        List<String> events = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            events.add(event());
        }
        return "[" + String.join(random.nextBoolean() ? "," : " ,\n", events) + "]";
    }

    private String event() {
        List<String> fields = new ArrayList<>();
        maybe(fields, "\"id\":\"e-" + random.nextInt(9) + "\"");
        maybe(fields, "\"time\":" + (NOW - 3_700_000 + random.nextInt(4_200_000)));
        maybe(fields, "\"user_id\":\"u" + random.nextInt(9) + "\"");
        maybe(fields, "\"other\": 12");
        switch (random.nextInt(4)) {
            case 0 -> {
                fields.add("\"type\":\"api_call\"");
                fields.add("\"endpoint\":\""
                        + List.of("/a", "/a?b=/c", "?", "/orders/{id}", "/1/2?").get(random.nextInt(5)) + "\"");
                fields.add("\"status\":"
                        + List.of("200", "\"503\"", "\"success\"", "\"error\"", "99")
                                .get(random.nextInt(5)));
                maybe(fields, "\"method\":\"GET\"");
                maybe(fields, "\"duration_ms\":" + random.nextInt(100_000_000));
            }
            case 1 -> {
                fields.add("\"type\":\"click\"");
                fields.add("\"product_id\":\"p" + random.nextInt(9) + "\"");
                maybe(fields, "\"page\":\"/p\"");
            }
            case 2 -> {
                fields.add("\"type\":\"page_view\"");
                maybe(fields, "\"page\":\"/p?q=1\"");
            }
            default -> {
                fields.add("\"type\" : \"dwell\"");
                fields.add("\"page\":\"/p\"");
                maybe(fields, "\"duration_ms\":0");
            }
        }
        Collections.shuffle(fields, random);
        return "{" + String.join(random.nextBoolean() ? "," : " , ", fields) + "}";
    }

    private void maybe(List<String> fields, String field) {
        if (random.nextInt(3) > 0) {
            fields.add(field);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
