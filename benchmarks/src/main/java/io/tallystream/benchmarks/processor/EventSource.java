package io.tallystream.benchmarks.processor;

import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Events of now, the same for the same seed: four calls to one click, one of ten calls an error. For one thread.
 */
final class EventSource {
    private static final long SEED = 20261121;
    private static final int PRODUCTS = 200;

    private final Random random = new Random(SEED);
    private final int users;
    private final int endpoints;
    private final boolean withIds;
    private long made;

    /**
     * @param users how many different ones; 0: nobody is named
     * @param endpoints how many different ones
     * @param withIds whether each event has an id of its own
     */
    EventSource(int users, int endpoints, boolean withIds) {
        this.users = users;
        this.endpoints = endpoints;
        this.withIds = withIds;
    }

    ProducerRecord<byte[], byte[]> next() {
        String user = users == 0 ? null : "u" + random.nextInt(users);
        StringBuilder json = new StringBuilder(160).append("{\"type\":");
        boolean click = random.nextInt(5) == 0;
        if (click) {
            json.append("\"click\",\"product_id\":\"p").append(random.nextInt(PRODUCTS));
        } else {
            json.append("\"api_call\",\"method\":\"GET\",\"status\":")
                    .append(random.nextInt(10) == 0 ? 500 : 200)
                    .append(",\"duration_ms\":")
                    .append(random.nextInt(300))
                    .append(",\"endpoint\":\"/api/v1/resource")
                    .append(random.nextInt(endpoints));
        }
        if (withIds) {
            json.append("\",\"id\":\"01JD3Z8Q4K-").append(made);
        }
        made++;
        if (user != null) {
            json.append("\",\"user_id\":\"").append(user);
        }
        json.append("\",\"time\":").append(System.currentTimeMillis()).append('}');
        return new ProducerRecord<>(
                click ? Topics.USER_ACTIONS : Topics.API_CALLS,
                user == null ? null : bytes(user),
                bytes(json.toString()));
    }

    /** A call of an endpoint that no other event calls. */
    ProducerRecord<byte[], byte[]> probe(String endpoint) {
        String user = "u" + random.nextInt(users);
        String json = "{\"type\":\"api_call\",\"status\":200,\"endpoint\":\"%s\",\"user_id\":\"%s\",\"time\":%d}"
                .formatted(endpoint, user, System.currentTimeMillis());
        return new ProducerRecord<>(Topics.API_CALLS, bytes(user), bytes(json));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
