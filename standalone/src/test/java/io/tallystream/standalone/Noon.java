package io.tallystream.standalone;

import java.time.Instant;
import java.time.ZoneOffset;

/** Where it is about noon: the day does not end there while a test runs. */
final class Noon {
    private Noon() {}

    /** Its zone: to be asked for once by a test. */
    static ZoneOffset zone() {
        return ZoneOffset.ofHours(12 - Instant.now().atZone(ZoneOffset.UTC).getHour());
    }
}
