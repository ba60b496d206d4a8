package io.tallystream.runtime.config;

import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.security.ApiKeys;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Every variable there is, with its default. {@code docs/configuration.md} is checked against {@link #all()}. */
public final class Settings {
    /** Where services on their own look for Kafka if {@link #KAFKA_BOOTSTRAP_SERVERS} is not set. */
    public static final String LOCAL_KAFKA = "localhost:9092";
    /** Where services on their own look for Redis if {@link #REDIS_URI} is not set. */
    public static final String LOCAL_REDIS = "redis://localhost:6379";

    private static final int MAX_PORT = 65_535;
    // What is further away than the year 9999 has no place in Redis, and RFC 3339 no words for it.
    private static final Duration MAX_DURATION = Duration.ofDays(36_500);
    private static final String EXPECTED_URL =
            "an https URL, or an http URL of this machine, without user and fragment";

    public static final Setting<Integer> INGEST_PORT =
            port("INGEST_PORT", "8080", "Port of the ingest gateway; 0 takes a free one.");
    public static final Setting<Integer> QUERY_PORT =
            port("QUERY_PORT", "8081", "Port of the query API and the dashboard; 0 takes a free one.");
    public static final Setting<Integer> MANAGEMENT_PORT =
            port("MANAGEMENT_PORT", "9090", "Port of /livez, /readyz and /metrics; 0 takes a free one.");
    public static final Setting<String> BIND_ADDRESS = text(
            "BIND_ADDRESS",
            "127.0.0.1",
            "Address on which the gateway, the query API and the management port listen; 0.0.0.0 for all.");
    public static final Setting<String> KAFKA_BOOTSTRAP_SERVERS = text(
            "KAFKA_BOOTSTRAP_SERVERS",
            "",
            "Kafka to use, host:port, comma-separated. Standalone starts one of its own if this is not set;"
                    + " services on their own then use " + LOCAL_KAFKA + ".");
    public static final Setting<String> REDIS_URI = text(
                    "REDIS_URI",
                    "",
                    "Redis to use, one server, redis[s]://[user:password@]host[:port][/db]; the master that Sentinels name,"
                            + " redis[s]-sentinel://[user:password@]host[:port][,...][/db]#master; or a cluster,"
                            + " redis[s]-cluster://[user:password@]host[:port][,...]. Standalone starts one of its own if"
                            + " this is not set; services on their own then use " + LOCAL_REDIS + ".")
            .asSecret();
    public static final Setting<String> REDIS_KEY_PREFIX = new Setting<>(
            "REDIS_KEY_PREFIX",
            "tally",
            false,
            "First part of each key in Redis.",
            "text without braces: by what is between them a Redis Cluster would tell all keys to one server",
            Settings::keyPrefix);
    public static final Setting<Boolean> REDIS_ALLOW_EVICTION = new Setting<>(
            "REDIS_ALLOW_EVICTION",
            "false",
            false,
            "true lets the sink run on a Redis that may evict keys, and with them counts, when its memory is full.",
            "true or false",
            Settings::truth);
    public static final Setting<Integer> KAFKA_PORT =
            port("KAFKA_PORT", "9092", "Standalone: port of the embedded Kafka; 0 takes a free one.");
    public static final Setting<Integer> REDIS_PORT =
            port("REDIS_PORT", "6379", "Standalone: port of the embedded Redis; 0 takes a free one.");
    public static final Setting<Path> DATA_DIR =
            path("DATA_DIR", "./data", "Folder for state, and in standalone for Kafka, Redis and generated secrets.");
    public static final Setting<ZoneId> TIME_ZONE = new Setting<>(
            "TIME_ZONE",
            "UTC",
            false,
            "Zone whose hours and days are counted. The same for all services.",
            "an IANA time zone such as Europe/Berlin",
            ZoneId::of);
    public static final Setting<Duration> ALLOWED_LATENESS = duration(
            "ALLOWED_LATENESS", "PT1H", "How long after it happened an event still counts when it reaches Kafka.");
    public static final Setting<Duration> ALLOWED_SKEW =
            duration("ALLOWED_SKEW", "PT5M", "How far an event's time may be ahead of Kafka's clock.");
    public static final Setting<Duration> DEDUPLICATION_HORIZON =
            duration("DEDUPLICATION_HORIZON", "PT10M", "How long the same id counts once.");
    public static final Setting<Integer> MAX_MEMBERS = new Setting<>(
            "MAX_MEMBERS",
            "20000",
            false,
            "Endpoints, products or pages that are counted by name in a window; the rest counts as __other__.",
            "a number from 1 to 10000000",
            text -> within(text, 1, 10_000_000));
    public static final Setting<Duration> RETENTION_MINUTE =
            duration("RETENTION_MINUTE", "P7D", "How long counts per minute are kept after their minute.");
    public static final Setting<Duration> RETENTION_HOUR =
            duration("RETENTION_HOUR", "P30D", "How long counts per hour are kept after their hour.");
    public static final Setting<Duration> RETENTION_DAY =
            duration("RETENTION_DAY", "P365D", "How long counts per day are kept after their day.");
    public static final Setting<Duration> RETENTION_USER_DAY =
            duration("RETENTION_USER_DAY", "P30D", "How long counts per user and day are kept after their day.");
    public static final Setting<Duration> EVENTS_RETENTION = duration(
            "EVENTS_RETENTION",
            "P3D",
            "How long raw events are kept in Kafka. At least a day less than its offsets.retention.minutes (7 days by default).");
    public static final Setting<Integer> PARTITIONS = positive(
            "PARTITIONS",
            "12",
            "Partitions of each topic (standalone with its own Kafka: 4). Fixed once topics exist.");
    public static final Setting<Integer> REPLICATION_FACTOR =
            positive("REPLICATION_FACTOR", "1", "Copies of each topic. 3 for production.");
    public static final Setting<Integer> STANDBY_REPLICAS = new Setting<>(
            "STANDBY_REPLICAS",
            "0",
            false,
            "How many other processors keep a copy of each part of the state, ready to take over without restoring it.",
            "a number from 0 to 10",
            text -> within(text, 0, 10));
    public static final Setting<String> GROUP_PROTOCOL = oneOf(
            "GROUP_PROTOCOL",
            "classic",
            "How processors share their work out: classic, or streams (Kafka 4.2.1 or later does it).",
            "classic",
            "streams");
    public static final Setting<Duration> COMMIT_INTERVAL = duration(
            "COMMIT_INTERVAL",
            "PT0.1S",
            "How often processors commit. Counts are as old as that at least; longer intervals cost less.");
    public static final Setting<ApiKeys> INGEST_KEYS = new Setting<>(
                    "INGEST_KEYS",
                    "",
                    false,
                    "Keys that may send events, name=secret, comma-separated. Standalone makes one if this is not set; a gateway on its own needs it, or a keys file.",
                    "name=secret, comma-separated, all names and secrets different, each secret of 16 characters or more",
                    ApiKeys::parse)
            .asSecret();
    public static final Setting<Duration> REQUEST_DEADLINE = durationWithin(
            "REQUEST_DEADLINE",
            "PT10S",
            "How long the body of a request to the gateway may take to arrive, and how long the answer then may.",
            Duration.ofSeconds(1),
            Duration.ofSeconds(15));
    public static final Setting<Duration> SHUTDOWN_DELAY = durationWithin(
            "SHUTDOWN_DELAY",
            "PT0S",
            "How long the gateway still takes requests after it was asked to stop, for load balancers to see /readyz.",
            Duration.ZERO,
            Duration.ofSeconds(15));
    public static final Setting<Integer> MAX_CONNECTIONS = new Setting<>(
            "MAX_CONNECTIONS",
            "10000",
            false,
            "Connections to the gateway at a time; more are closed at once.",
            "a number from 1 to 1000000",
            text -> within(text, 1, 1_000_000));
    public static final Setting<Boolean> TEMPLATE_ENDPOINTS = new Setting<>(
            "TEMPLATE_ENDPOINTS",
            "false",
            false,
            "true has the gateway put {id} for numbers, UUIDs and 16 or more hex digits that are a part of an endpoint's"
                    + " path.",
            "true or false",
            Settings::truth);
    public static final Setting<String> ADMIN_TOKEN = new Setting<>(
                    "ADMIN_TOKEN",
                    "",
                    false,
                    "Token that may ask everything. Standalone makes one if this is not set; a query API on its own needs it, or a keys file.",
                    "16 characters or more",
                    Settings::secret)
            .asSecret();
    public static final Setting<Duration> SESSION_LIFETIME = durationWithin(
            "SESSION_LIFETIME",
            "PT12H",
            "How long browsers stay signed in to the query API.",
            Duration.ofMinutes(1),
            Duration.ofDays(30));
    public static final Setting<String> OIDC_ISSUER = new Setting<>(
            "OIDC_ISSUER",
            "",
            false,
            "Issuer whose JSON Web Tokens the query API takes beside keys; none if this is not set.",
            EXPECTED_URL,
            Settings::privateUrl);
    public static final Setting<String> OIDC_AUDIENCE =
            text("OIDC_AUDIENCE", "", "Audience that these tokens have to be for. Needed with OIDC_ISSUER.");
    public static final Setting<String> OIDC_JWKS_URI = new Setting<>(
            "OIDC_JWKS_URI",
            "",
            false,
            "Where the issuer's keys are; where its /.well-known/openid-configuration says if this is not set.",
            EXPECTED_URL,
            Settings::privateUrl);
    public static final Setting<String> OIDC_SCOPE_CLAIM = text(
            "OIDC_SCOPE_CLAIM",
            "scope",
            "Claim of these tokens that has tallystream:read or tallystream:admin among its values.");
    public static final Setting<Path> KEYS_FILE = path(
            "KEYS_FILE",
            "",
            "File with the keys that tallystream keys makes; keys.json in DATA_DIR if this is not set.");
    public static final Setting<Integer> COLLECT_RATE =
            positive("COLLECT_RATE", "50", "Events per second that browsers at one address may send to /v1/collect.");
    public static final Setting<AddressRanges> TRUSTED_PROXIES = new Setting<>(
            "TRUSTED_PROXIES",
            "",
            false,
            "Addresses of load balancers whose X-Forwarded-For is believed, as 10.0.0.0/8,2001:db8::/32.",
            "addresses or ranges of addresses, comma-separated",
            AddressRanges::parse);
    public static final Setting<String> REPORT_WEBHOOK_URL = new Setting<>(
                    "REPORT_WEBHOOK_URL",
                    "",
                    false,
                    "Where each daily report is posted; nowhere if this is not set.",
                    EXPECTED_URL,
                    Settings::privateUrl)
            .asSecret();
    public static final Setting<String> REPORT_WEBHOOK_SECRET = new Setting<>(
                    "REPORT_WEBHOOK_SECRET",
                    "",
                    false,
                    "With which posted reports are signed, HMAC-SHA256. Needed with REPORT_WEBHOOK_URL.",
                    "16 characters or more",
                    Settings::secret)
            .asSecret();
    public static final Setting<String> LOG_FORMAT = oneOf("LOG_FORMAT", "text", "Form of log lines.", "text", "json");
    public static final Setting<String> LOG_LEVEL =
            oneOf("LOG_LEVEL", "info", "Least weight of log lines.", "error", "warn", "info", "debug");

    private Settings() {}

    /** Every variable, in the order of the documentation. */
    public static List<Setting<?>> all() {
        return List.of(
                INGEST_PORT,
                QUERY_PORT,
                MANAGEMENT_PORT,
                BIND_ADDRESS,
                KAFKA_BOOTSTRAP_SERVERS,
                REDIS_URI,
                REDIS_KEY_PREFIX,
                REDIS_ALLOW_EVICTION,
                KAFKA_PORT,
                REDIS_PORT,
                DATA_DIR,
                TIME_ZONE,
                ALLOWED_LATENESS,
                ALLOWED_SKEW,
                DEDUPLICATION_HORIZON,
                MAX_MEMBERS,
                RETENTION_MINUTE,
                RETENTION_HOUR,
                RETENTION_DAY,
                RETENTION_USER_DAY,
                EVENTS_RETENTION,
                PARTITIONS,
                REPLICATION_FACTOR,
                STANDBY_REPLICAS,
                GROUP_PROTOCOL,
                COMMIT_INTERVAL,
                INGEST_KEYS,
                REQUEST_DEADLINE,
                SHUTDOWN_DELAY,
                MAX_CONNECTIONS,
                TEMPLATE_ENDPOINTS,
                ADMIN_TOKEN,
                SESSION_LIFETIME,
                OIDC_ISSUER,
                OIDC_AUDIENCE,
                OIDC_JWKS_URI,
                OIDC_SCOPE_CLAIM,
                KEYS_FILE,
                COLLECT_RATE,
                TRUSTED_PROXIES,
                REPORT_WEBHOOK_URL,
                REPORT_WEBHOOK_SECRET,
                LOG_FORMAT,
                LOG_LEVEL);
    }

    private static Setting<Integer> port(String name, String defaultText, String meaning) {
        return new Setting<>(
                name, defaultText, false, meaning, "a port from 0 to " + MAX_PORT, text -> within(text, 0, MAX_PORT));
    }

    private static Setting<Integer> positive(String name, String defaultText, String meaning) {
        return new Setting<>(
                name, defaultText, false, meaning, "a number from 1 to 10000", text -> within(text, 1, 10_000));
    }

    private static Setting<String> text(String name, String defaultText, String meaning) {
        return new Setting<>(name, defaultText, false, meaning, "text", Function.identity());
    }

    private static String keyPrefix(String text) {
        if (text.contains("{") || text.contains("}")) {
            throw new IllegalArgumentException("braces");
        }
        return text;
    }

    private static Setting<Path> path(String name, String defaultText, String meaning) {
        return new Setting<>(name, defaultText, false, meaning, "a path", Path::of);
    }

    private static Setting<Duration> duration(String name, String defaultText, String meaning) {
        return new Setting<>(
                name,
                defaultText,
                false,
                meaning,
                "a positive ISO 8601 duration such as PT1H or P7D, of %d days at most".formatted(MAX_DURATION.toDays()),
                Settings::positiveDuration);
    }

    private static Setting<Duration> durationWithin(
            String name, String defaultText, String meaning, Duration least, Duration most) {
        String expected = "an ISO 8601 duration from %s to %s".formatted(least, most);
        return new Setting<>(name, defaultText, false, meaning, expected, text -> {
            Duration value = Duration.parse(text);
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException("out of range");
            }
            return value;
        });
    }

    private static Setting<String> oneOf(String name, String defaultText, String meaning, String... values) {
        String expected = String.join(" or ", values);
        return new Setting<>(name, defaultText, false, meaning, expected, text -> {
            if (!List.of(values).contains(text)) {
                throw new IllegalArgumentException("not " + expected);
            }
            return text;
        });
    }

    private static boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("neither true nor false");
        }
        return Boolean.parseBoolean(text);
    }

    private static int within(String text, int least, int most) {
        int value = Integer.parseInt(text);
        if (value < least || value > most) {
            throw new IllegalArgumentException("out of range");
        }
        return value;
    }

    private static Duration positiveDuration(String text) {
        Duration value = Duration.parse(text);
        // Kafka and Redis take milliseconds.
        if (value.compareTo(MAX_DURATION) > 0 || value.toMillis() <= 0) {
            throw new IllegalArgumentException("out of range");
        }
        return value;
    }

    private static String privateUrl(String text) {
        URI url = URI.create(text);
        boolean isOnThisMachine = Set.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(url.getHost()));
        boolean isPrivate = "https".equals(url.getScheme()) || (isOnThisMachine && "http".equals(url.getScheme()));
        boolean isPlain = url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null;
        if (!text.isEmpty() && !(isPrivate && isPlain)) {
            throw new IllegalArgumentException("not such a URL");
        }
        return text;
    }

    private static String secret(String text) {
        if (!text.isEmpty() && text.length() < ApiKeys.MIN_SECRET_LENGTH) {
            throw new IllegalArgumentException("too short to be a secret");
        }
        return text;
    }
}
