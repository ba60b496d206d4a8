package io.tallystream.sink.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Requests to erase users, as the query API leaves them in Redis. */
final class PendingErasures {
    // Of one look; what is left waits for the next.
    private static final int PIECE = 100;
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(5);
    // Longer than anybody waits for the answer.
    private static final Duration ANSWER_KEPT = Duration.ofMinutes(1);

    private PendingErasures() {}

    /** Some of them; what is none is taken away. */
    static List<ErasureRequest> read(RedisServers servers, String prefix) {
        String key = CountKeys.erasures(prefix);
        var connection = servers.holding(key).connection();
        RedisFuture<List<String>> reply = connection.async().srandmember(key, PIECE);
        connection.flushCommands();
        List<ErasureRequest> requests = new ArrayList<>();
        for (String member : Awaited.reply(reply, REPLY_LIMIT)) {
            Optional<ErasureRequest> request = ErasureRequest.ofMember(member);
            request.ifPresentOrElse(requests::add, () -> remove(servers, key, member));
        }
        return requests;
    }

    /** Tells the query API that Kafka has them. */
    static void taken(RedisServers servers, String prefix, List<ErasureRequest> requests) {
        for (ErasureRequest request : requests) {
            String answer = CountKeys.erasureTaken(prefix, request.id());
            var connection = servers.holding(answer).connection();
            // Together, or it could stay for ever.
            RedisFuture<String> set = connection.async().set(answer, "1", SetArgs.Builder.ex(ANSWER_KEPT));
            connection.flushCommands();
            Awaited.reply(set, REPLY_LIMIT);
            remove(servers, CountKeys.erasures(prefix), request.member());
        }
    }

    private static void remove(RedisServers servers, String key, String member) {
        var connection = servers.holding(key).connection();
        RedisFuture<Long> removed = connection.async().srem(key, member);
        connection.flushCommands();
        Awaited.reply(removed, REPLY_LIMIT);
    }
}
