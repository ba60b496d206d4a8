package io.tallystream.benchmarks.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class WrkTest {
    private static final String OUTPUT = """
            Running 2s test @ http://127.0.0.1:8080/v1/events
              2 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     3.12ms    1.55ms  33.02ms   91.23%
                Req/Sec    10.44k     1.70k   12.80k    72.50%
              Latency Distribution
                 50%  812.00us
                 75%    3.52ms
                 90%    4.49ms
                 99%    1.02s
              41700 requests in 2.00s, 6.01MB read
            """;
    private static final String RATES = """
            Requests/sec:  20850.00
            Transfer/sec:      3.00MB
            """;

    @Test
    void shouldReadWhatItPrints() throws Exception {
        Wrk.Result result = Wrk.Result.parse(OUTPUT + RATES);

        assertThat(result).isEqualTo(new Wrk.Result(41_700, 20_850, 0, 0.812, 1_020, ""));
        assertThat(result.succeededPerSecond()).isEqualTo(20_850);
    }

    @Test
    void shouldTakeOffWhatWasRefused() throws Exception {
        Wrk.Result result = Wrk.Result.parse(OUTPUT + """
                  Socket errors: connect 0, read 1, write 0, timeout 2
                  Non-2xx or 3xx responses: 4170
                """ + RATES);

        assertThat(result.succeeded()).isEqualTo(37_530);
        assertThat(result.succeededPerSecond()).isEqualTo(18_765);
        assertThat(result.lost()).isEqualTo("connect 0, read 1, write 0, timeout 2");
    }

    @Test
    void shouldTellWhatItSaidInstead() {
        assertThatThrownBy(() -> Wrk.Result.parse("unable to connect"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unable to connect");
    }
}
