package io.tallystream.runtime.security;

import java.util.Arrays;
import java.util.Optional;

/** What a key is for. A key has one scope, and none of them includes sending what another sends. */
public enum KeyScope {
    /** Sends any events, from a server. */
    INGEST("ingest", "tsi"),
    /** Sends what browsers send. Public: it stands in web pages. */
    COLLECT("collect", "tsc"),
    /** Asks for counts. */
    READ("read", "tsr"),
    /** Asks for counts, and administers. */
    ADMIN("admin", "tsa");

    private final String wireName;
    private final String prefix;

    KeyScope(String wireName, String prefix) {
        this.wireName = wireName;
        this.prefix = prefix;
    }

    /** Its name in commands and files. */
    public String wireName() {
        return wireName;
    }

    /** What secrets of this scope begin with, so that people and secret scanners recognise them. */
    public String prefix() {
        return prefix;
    }

    /** Whether a key of this scope may do what the other is for. */
    public boolean permits(KeyScope needed) {
        return this == needed || (this == ADMIN && needed == READ);
    }

    /** The scope of that name. */
    public static Optional<KeyScope> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(scope -> scope.wireName.equals(name))
                .findFirst();
    }
}
