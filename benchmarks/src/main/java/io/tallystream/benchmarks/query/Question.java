package io.tallystream.benchmarks.query;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * A question, as the query API and as SQL are asked.
 *
 * @param name for people
 */
record Question(String name, String path, String sql) {
    /**
     * Those that are measured.
     *
     * @param days of data
     */
    static List<Question> all(int days, int endpoints, int users) {
        String endpoint = QueryData.endpoint(endpoints / 2);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return List.of(
                new Question("overview", "/api/v1/stats/overview", """
                        select (select count(*) from calls where at >= date_trunc('day', now())),
                          (select avg((status < 400)::int) from calls where at >= date_trunc('day', now())),
                          (select count(*) from calls where at >= date_trunc('hour', now())),
                          (select array_agg(e) from (select endpoint, count(*) from calls where at >= date_trunc('day', now())
                            group by 1 order by 2 desc limit 5) as e)"""),
                new Question("60-minute trend", "/api/v1/stats/trend?range=minute", """
                        select date_trunc('minute', at), count(*) from calls where at >= now() - interval '60 minutes'
                        group by 1 order by 1"""),
                new Question("top 10 of %,d users".formatted(users), "/api/v1/stats/top?dimension=user", """
                        select user_id, count(*) from calls where at >= date_trunc('day', now())
                        group by 1 order by 2 desc limit 10"""),
                new Question(
                        "30-day trend of one endpoint",
                        "/api/v1/stats/trend?dimension=endpoint&member=" + endpoint,
                        """
                        select date_trunc('day', at), count(*) from calls where endpoint = '%s' and at >= now() - interval '30 days'
                        group by 1 order by 1""".formatted(endpoint)),
                new Question(
                        "hourly trend of all days",
                        "/api/v1/stats/trend?granularity=hour&from=%s&to=%s"
                                .formatted(now.minus(days, ChronoUnit.DAYS), now),
                        """
                        select date_trunc('hour', at), count(*) from calls where at >= now() - interval '%d days'
                        group by 1 order by 1""".formatted(days)));
    }
}
