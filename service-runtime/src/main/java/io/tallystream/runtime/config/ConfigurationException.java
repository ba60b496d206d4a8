package io.tallystream.runtime.config;

import io.tallystream.runtime.lifecycle.StartupException;
import java.util.List;

/** Tells everything that is wrong with the configuration, a line each. */
public final class ConfigurationException extends StartupException {
    private static final long serialVersionUID = 1;

    /** The consequence is what a mistake led to before it could be told; may be null. */
    ConfigurationException(List<String> errors, RuntimeException consequence) {
        super(String.join(System.lineSeparator(), errors), consequence);
    }
}
