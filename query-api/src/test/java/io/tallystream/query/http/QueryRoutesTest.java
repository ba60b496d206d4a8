package io.tallystream.query.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.live.LiveFeed;
import io.tallystream.runtime.http.AddressLimit;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyScope;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueryRoutesTest {
    private final ApiContract contract = ApiContract.load();
    private final LiveFeed live = new LiveFeed(() -> null, Duration.ofSeconds(1), 1);

    @AfterEach
    void close() {
        live.close();
    }

    private Map<String, Question> questions() {
        Map<String, Question> questions = new HashMap<>();
        contract.operations().stream()
                .filter(operation -> !operation.id().equals("live"))
                .forEach(operation -> questions.put(
                        operation.id(),
                        new Question(
                                operation.types().contains("application/json") ? any -> null : null,
                                operation.types().contains("text/csv") ? any -> null : null,
                                operation.types().contains("text/html") ? any -> null : null)));
        return questions;
    }

    private void make(Map<String, Question> questions) {
        new QueryRoutes(
                new KeyAuthentication(
                        ApiKeys.of("admin", KeyScope.ADMIN, "0123456789abcdef"),
                        KeyScope.READ,
                        new AddressLimit(KeyAuthentication.FAILURES_PER_SECOND, AddressRanges.parse(""))),
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
