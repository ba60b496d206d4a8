package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.management.HealthChecks;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryApplicationTest {
    @Test
    void shouldTellTheOperatorOfARedisUriThatIsNoneWithoutShowingIt() {
        QueryConfig config = new Environment(
                        Map.of("ADMIN_TOKEN", "0123456789abcdef", "REDIS_URI", "http://:hidden@localhost"))
                .read(QueryConfig::from);
        ServiceContext context = new ServiceContext(new SimpleMeterRegistry(), new HealthChecks(), failure -> {});

        try (QueryApplication application = new QueryApplication(config, context)) {
            assertThatThrownBy(application::start)
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("REDIS_URI")
                    .hasMessageNotContaining("hidden");
        }
    }
}
