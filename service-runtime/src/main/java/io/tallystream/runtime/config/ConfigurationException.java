package io.tallystream.runtime.config;

import io.tallystream.runtime.lifecycle.StartupException;
import java.util.List;

/** Tells everything that is wrong with the configuration, a line each. */
public final class ConfigurationException extends StartupException {
    private static final long serialVersionUID = 1;

    ConfigurationException(List<String> errors) {
        super(String.join(System.lineSeparator(), errors));
    }
}
