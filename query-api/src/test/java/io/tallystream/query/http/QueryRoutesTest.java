package io.tallystream.query.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.live.LiveFeed;
import io.tallystream.query.oidc.Credentials;
import io.tallystream.query.session.Sessions;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.http.AddressLimit;
import io.tallystream.runtime.http.ClientScheme;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyScope;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueryRoutesTest {
    private final ApiContract contract = ApiContract.load();
    private final LiveFeed live = new LiveFeed(() -> null, Duration.ofSeconds(1), 1, Duration.ofMinutes(5));

    // Not connected.
    private final CountReader redis = new CountReader("redis://127.0.0.1:1", "test", 1);

    @AfterEach
    void close() {
        live.close();
        redis.close();
    }

    private Map<String, Question> questions() {
        Map<String, Question> questions = new HashMap<>();
        contract.operations().stream()
                .filter(operation ->
                        !operation.id().equals("live") && !operation.path().equals("/api/v1/session"))
                .forEach(operation -> questions.put(
                        operation.id(),
                        new Question(
                                operation.types().contains("application/json") ? any -> null : null,
                                operation.types().contains("text/csv") ? any -> null : null,
                                operation.types().contains("text/html") ? any -> null : null)));
        return questions;
    }

    private void make(Map<String, Question> questions) {
        ApiKeys keys = ApiKeys.of("admin", KeyScope.ADMIN, "0123456789abcdef");
        AddressRanges proxies = AddressRanges.parse("");
        KeyAuthentication authentication = new KeyAuthentication(
                keys, KeyScope.READ, new AddressLimit(KeyAuthentication.FAILURES_PER_SECOND, proxies));
        Credentials credentials = new Credentials(keys, Optional.empty());
        Sessions sessions = new Sessions(redis, "test", keys, Optional.empty(), Duration.ofHours(1), Clock.systemUTC());
        new QueryRoutes(
                new CallerAuthentication(authentication, credentials, sessions),
                new SessionRoutes(sessions, credentials, authentication, new ClientScheme(proxies), Clock.systemUTC()),
                contract,
                questions,
                live);
    }

    @Test
    void shouldAnswerWhatTheContractDescribesAndNothingElse() {
        Map<String, Question> exact = questions();
        make(exact);

        Map<String, Question> less = new HashMap<>(exact);
        less.remove("trend");
        assertThatThrownBy(() -> make(less)).isInstanceOf(IllegalArgumentException.class);

        Map<String, Question> more = new HashMap<>(exact);
        more.put("secret", Question.ofJson(any -> null));
        assertThatThrownBy(() -> make(more)).isInstanceOf(IllegalArgumentException.class);

        Map<String, Question> other = new HashMap<>(exact);
        other.put("trend", Question.ofJson(any -> null));
        assertThatThrownBy(() -> make(other)).isInstanceOf(IllegalArgumentException.class);
    }
}
