package io.tallystream.query;

import io.tallystream.query.oidc.OidcConfig;
import io.tallystream.query.report.Webhook;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.KeySources;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.schema.count.Retention;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;

/**
 * How the query API is set up.
 *
 * @param port 0 takes a free one
 * @param keys that may ask
 * @param proxies whose word on where a request is from is taken
 * @param redisUri may hold a password
 * @param allowedLateness how long after its end a window may still change
 * @param retention how long counts are kept
 * @param partitions of each topic
 * @param sessionLifetime how long a browser stays signed in
 * @param oidc whose tokens may ask too; empty: nobody's
 * @param ingestPort where events are taken, for those who ask how to send some
 * @param webhook where daily reports are posted; empty: nowhere
 */
public record QueryConfig(
        String address,
        int port,
        KeySources keys,
        AddressRanges proxies,
        String redisUri,
        String redisKeyPrefix,
        ZoneId zone,
        Duration allowedLateness,
        Retention retention,
        int partitions,
        Duration sessionLifetime,
        Optional<OidcConfig> oidc,
        int ingestPort,
        Optional<Webhook> webhook) {
    /** Reads it from the environment. */
    public static QueryConfig from(Environment environment) {
        return new QueryConfig(
                environment.get(Settings.BIND_ADDRESS),
                environment.get(Settings.QUERY_PORT),
                KeySources.ofQuery(environment),
                environment.get(Settings.TRUSTED_PROXIES),
                environment.get(Settings.REDIS_URI, Settings.LOCAL_REDIS),
                environment.get(Settings.REDIS_KEY_PREFIX),
                environment.get(Settings.TIME_ZONE),
                environment.get(Settings.ALLOWED_LATENESS),
                new Retention(
                        environment.get(Settings.RETENTION_MINUTE),
                        environment.get(Settings.RETENTION_HOUR),
                        environment.get(Settings.RETENTION_DAY),
                        environment.get(Settings.RETENTION_USER_DAY)),
                environment.get(Settings.PARTITIONS),
                environment.get(Settings.SESSION_LIFETIME),
                OidcConfig.from(environment),
                environment.get(Settings.INGEST_PORT),
                Webhook.from(environment));
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "QueryConfig[%s:%d, prefix=%s, zone=%s]".formatted(address, port, redisKeyPrefix, zone);
    }
}
