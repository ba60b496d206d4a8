package io.tallystream.runtime.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which Redis to use, and how to log in there: {@code redis://} one server, {@code redis-sentinel://} the master of that name, or
 * {@code redis-cluster://} the cluster that these servers belong to. With {@code rediss} instead of {@code redis} over TLS.
 * Immutable.
 */
final class RedisAddress {
    /** What text has to be, to follow "must be". */
    static final String EXPECTED = "redis[s]://[user:password@]host[:port][/db],"
            + " redis[s]-sentinel://[user:password@]host[:port][,host[:port]...][/db]#master or"
            + " redis[s]-cluster://[user:password@]host[:port][,host[:port]...]";

    private static final String CLUSTER = "-cluster";
    private static final Pattern HOST = Pattern.compile("([^,:\\[\\]]+|\\[[^\\]]+])(:\\d{1,5})?");
    // Those with TLS as Lettuce names them where ours differ.
    private static final Map<String, String> SCHEMES = Map.of(
            "redis", "redis",
            "rediss", "rediss",
            "redis-sentinel", "redis-sentinel",
            "rediss-sentinel", "rediss-sentinel",
            "redis-cluster", "redis",
            "rediss-cluster", "rediss");

    private final boolean cluster;
    private final List<RedisURI> uris;

    private RedisAddress(boolean cluster, List<RedisURI> uris) {
        this.cluster = cluster;
        this.uris = uris;
    }

    /**
     * Reads it.
     *
     * @param commandLimit how long a reply may take
     * @throws IllegalArgumentException with {@link #EXPECTED} if it is none. Nothing of the text is in the message: it may hold a
     *     password
     */
    static RedisAddress parse(String text, Duration commandLimit) {
        try {
            int colon = text.indexOf("://");
            String scheme = text.substring(0, colon);
            String lettuceScheme = SCHEMES.get(scheme);
            if (lettuceScheme == null) {
                throw new IllegalArgumentException("unknown scheme");
            }
            boolean cluster = scheme.endsWith(CLUSTER);
            String rest = text.substring(colon + "://".length());
            List<RedisURI> uris = cluster ? seeds(lettuceScheme, rest) : List.of(one(lettuceScheme, rest));
            uris.forEach(uri -> uri.setTimeout(commandLimit));
            return new RedisAddress(cluster, uris);
        } catch (RuntimeException e) { // Whatever Lettuce throws: its messages quote the text.
            throw new IllegalArgumentException("must be " + EXPECTED);
        }
    }

    private static List<RedisURI> seeds(String scheme, String rest) {
        // A password has neither of these but percent-encoded.
        int at = rest.lastIndexOf('@');
        int end = rest.indexOf('?') < 0 ? rest.length() : rest.indexOf('?');
        String hosts = rest.substring(at + 1, end);
        if (hosts.contains("/")) {
            throw new IllegalArgumentException("a cluster has one database");
        }
        return Arrays.stream(hosts.split(",", -1))
                .map(host -> one(scheme, rest.substring(0, at + 1) + host + rest.substring(end)))
                .toList();
    }

    private static RedisURI one(String scheme, String rest) {
        String hosts = rest.substring(rest.lastIndexOf('@') + 1).split("[/?#]", 2)[0];
        boolean several = scheme.endsWith("-sentinel");
        for (String host : several ? hosts.split(",", -1) : new String[] {hosts}) {
            // Lettuce takes what is no port for no port.
            if (!HOST.matcher(host).matches()) {
                throw new IllegalArgumentException("no host");
            }
        }
        RedisURI uri = RedisURI.create(scheme + "://" + rest);
        if (several && uri.getSentinelMasterId() == null) {
            throw new IllegalArgumentException("no name of a master");
        }
        return uri;
    }

    boolean isCluster() {
        return cluster;
    }

    /** The server, or some of the cluster's. */
    List<RedisURI> uris() {
        return uris;
    }
}
