package io.tallystream.examples;

import io.tallystream.client.DeliveryListener;
import io.tallystream.client.Event;
import io.tallystream.client.TallystreamClient;
import java.util.List;

/**
 * Sends calls to a gateway, in batches, and each batch again with the same ids until it is acknowledged. What the gateway
 * rejects is logged by the client, with the reason.
 */
public final class HttpCallReporter implements CallReporter {
    private final TallystreamClient client;
    private final Drops drops = new Drops();

    /**
     * @param gateway such as {@code TallystreamClient.to(URI.create("http://gateway.example:8080"), key)}; its listener is
     *     set here
     */
    public HttpCallReporter(TallystreamClient.Builder gateway) {
        client = gateway.listener(new DeliveryListener() {
                    @Override
                    public void lost(List<Event> events, String reason) {
                        drops.add(events.size(), reason);
                    }
                })
                .build();
    }

    @Override
    public void report(Call call) {
        try {
            // Not send, which would wait.
            if (!client.offer(call.toEvent())) {
                drops.add(1, "too many are waiting already");
            }
        } catch (IllegalStateException e) {
            drops.add(1, e.toString());
        }
    }

    @Override
    public long dropped() {
        return drops.number();
    }

    @Override
    public void close() {
        client.close();
    }
}
