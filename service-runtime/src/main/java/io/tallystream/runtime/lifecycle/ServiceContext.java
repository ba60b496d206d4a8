package io.tallystream.runtime.lifecycle;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.runtime.management.HealthChecks;
import java.util.function.Consumer;

/**
 * What a service is given by the process it runs in.
 *
 * @param meters where it counts what it does
 * @param health where it says whether it is ready
 * @param onFailure takes what a service cannot recover from; the process then closes all services and ends with
 *     {@link ExitCode#FAILURE}, or as at start if it is a {@link StartupException}. May be called by any thread, and returns
 *     at once.
 */
public record ServiceContext(MeterRegistry meters, HealthChecks health, Consumer<Throwable> onFailure) {}
