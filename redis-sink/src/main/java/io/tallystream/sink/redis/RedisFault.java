package io.tallystream.sink.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Redis has not done what it was asked to. */
public final class RedisFault extends RedisException {
    private static final long serialVersionUID = 1;

    private static final Pattern ABORTED = Pattern.compile("EXECABORT .*because of: (.*)", Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("([A-Z]{2,20})(?: .*)?", Pattern.DOTALL);
    /** What no wait mends: a key that is not ours or not what we made it, a command that this Redis does not know. */
    private static final Set<String> PERMANENT = Set.of("WRONGTYPE", "ERR");

    private final String reason;
    private final boolean permanent;

    private RedisFault(String message, String reason, boolean permanent, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.permanent = permanent;
    }

    /** While connecting, when nothing is permanent: another server may answer there the next time. */
    static RedisFault whileConnecting(RedisException cause) {
        return new RedisFault(deepest(cause), reason(cause), false, cause);
    }

    /** In reply to a command on that key, or, where there is none, on the connection. */
    static RedisFault of(String key, RedisException cause) {
        String code = code(cause);
        boolean permanent = answered(cause) && PERMANENT.contains(code);
        String message =
                key.isEmpty() || !answered(cause) ? cause.getMessage() : cause.getMessage() + " (key " + key + ")";
        return new RedisFault(message, reason(cause), permanent, cause);
    }

    /** That a transaction was not done though it was right. */
    static RedisFault discarded() {
        return new RedisFault("a transaction was discarded", "discarded", false, null);
    }

    /** That a key holds what is not ours. */
    static RedisFault alien(String key, String message, RuntimeException cause) {
        return new RedisFault(message + " (key " + key + ")", "alien", true, cause);
    }

    /** One word for metrics, of a bounded set: an error code of Redis in lower case, {@code timeout}, {@code connection}. */
    public String reason() {
        return reason;
    }

    /** Whether trying again cannot help. */
    public boolean permanent() {
        return permanent;
    }

    private static boolean answered(Throwable cause) {
        return cause instanceof RedisCommandExecutionException;
    }

    private static String reason(RedisException cause) {
        if (cause instanceof RedisCommandTimeoutException) {
            return "timeout";
        }
        String code = code(cause);
        return code.isEmpty() ? "connection" : code.toLowerCase(Locale.ROOT);
    }

    private static String code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (answered(cause) && message != null) {
                Matcher aborted = ABORTED.matcher(message);
                Matcher code = CODE.matcher(aborted.matches() ? aborted.group(1) : message);
                if (code.matches()) {
                    return code.group(1);
                }
            }
        }
        return "";
    }

    // Lettuce says where it could not connect to, and why not only in a cause.
    private static String deepest(Throwable failure) {
        String message = failure.getMessage();
        if (!(failure instanceof RedisConnectionException)) {
            return message;
        }
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == failure ? message : message + ": " + cause.getMessage();
    }
}
