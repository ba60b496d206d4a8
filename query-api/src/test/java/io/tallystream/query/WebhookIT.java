package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import java.io.IOException;

@WithRedis
class WebhookIT extends WebhookSuite {
    WebhookIT(EmbeddedRedis redis) throws IOException {
        super(redis.uri());
    }
}
