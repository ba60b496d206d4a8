package io.tallystream.standalone;

import io.tallystream.runtime.config.Settings;
import io.tallystream.standalone.SecretStore.Kept;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tells, when everything is ready, where it is and how to use it. Shows a secret once, at the start that made it; after that
 * where it is kept.
 *
 * @param adminToken empty if it was configured
 * @param ingestKey empty if it was configured
 */
record Announcement(
        Listening listening, Servers servers, Optional<Kept> adminToken, Optional<Kept> ingestKey, boolean demo) {
    private static final double MILLIS = 1_000;
    private static final String LOOPBACK = "127.0.0.1";

    /**
     * Where the services listen.
     *
     * @param host as in a URL of this machine
     */
    record Listening(String host, int ingest, int query, int management) {
        /** On that {@code BIND_ADDRESS}. */
        static Listening on(String bindAddress, int ingest, int query, int management) {
            InetAddress address = new InetSocketAddress(bindAddress, 0).getAddress();
            String host = address == null || address.isAnyLocalAddress() ? LOOPBACK : bindAddress;
            return new Listening(host.contains(":") ? "[" + host + "]" : host, ingest, query, management);
        }

        URI gateway() {
            return url(ingest);
        }

        URI queryApi() {
            return url(query);
        }

        URI health() {
            return url(management).resolve("/readyz");
        }

        private URI url(int port) {
            return URI.create("http://" + host + ":" + port + "/");
        }
    }

    /** The embedded servers; empty where one is not ours. */
    record Servers(Optional<String> kafka, Optional<String> redis, Optional<Path> redisPassword) {}

    /** Whether a login link belongs to it: in a demo at each start, else at the one that made the token. */
    boolean needsLoginLink() {
        return demo || adminToken.map(Kept::isNew).orElse(false);
    }

    /** @param loginCode for a link with which one browser may sign in once; empty: without a link */
    void print(PrintStream out, Optional<String> loginCode) {
        double seconds = ManagementFactory.getRuntimeMXBean().getUptime() / MILLIS;
        URI dashboard = listening.queryApi();
        StringBuilder text = new StringBuilder();
        line(text, "");
        line(text, "Tallystream is ready after %.1f s.".formatted(seconds));
        line(text, "");
        line(text, "  Dashboard    " + dashboard);
        loginCode.ifPresent(code -> line(text, "  Log in       " + dashboard + "#code=" + code + "   (once)"));
        line(text, "  Admin token  " + described(adminToken, Settings.ADMIN_TOKEN.name()));
        line(text, "  Ingest key   " + described(ingestKey, Settings.INGEST_KEYS.name()));
        servers.kafka().ifPresent(address -> line(text, "  Kafka        " + address));
        servers.redis()
                .ifPresent(address -> line(
                        text,
                        "  Redis        " + address + ", password in "
                                + servers.redisPassword().orElseThrow()));
        line(text, "  Health       " + listening.health());
        line(text, "");
        line(text, "Send an event:");
        line(
                text,
                "  curl -H \"Authorization: Bearer " + shell(ingestKey, "<a key of INGEST_KEYS>")
                        + "\" -H 'Content-Type: application/json'"
                        + " -d '{\"type\":\"api_call\",\"endpoint\":\"/hello\",\"status\":200,\"user_id\":\"u1\"}'"
                        + " " + listening.gateway() + "v1/events");
        line(text, "Ask for the counts:");
        line(
                text,
                "  curl -H \"Authorization: Bearer " + shell(adminToken, "$ADMIN_TOKEN") + "\" " + dashboard
                        + "api/v1/stats/overview");
        line(text, "");
        line(text, demo ? "Sending demo traffic. Ctrl-C stops it all." : "Ctrl-C stops it all.");
        out.print(text);
        out.flush();
    }

    private static String described(Optional<Kept> kept, String setting) {
        return kept.map(secret -> secret.isNew()
                        ? secret.secret() + "   (kept in " + secret.file() + ", shown only now)"
                        : "in " + secret.file())
                .orElse("as set by " + setting);
    }

    private static String shell(Optional<Kept> kept, String otherwise) {
        return kept.map(secret -> secret.isNew() ? secret.secret() : "$(cat '" + secret.file() + "')")
                .orElse(otherwise);
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }
}
