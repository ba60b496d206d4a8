package io.tallystream.runtime.security;

import java.io.IOException;

/** A file of keys is not as it has to be. The message says where and what, and holds no secret. */
public final class KeyFileException extends IOException {
    private static final long serialVersionUID = 1;

    KeyFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
