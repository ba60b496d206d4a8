package io.tallystream.faults.check;

/** What has to hold. */
public enum Invariant {
    /** What was acknowledged is on the event topics. */
    DURABILITY,
    /** What was refused is not. */
    NO_PHANTOM,
    /** Each record is accepted, duplicate, late, future or invalid, and counted as that. */
    CONSERVATION,
    /** No count is ever above what was sent. */
    NEVER_ABOVE_TRUTH,
    /** No count falls, but where Redis has lost its data. */
    MONOTONE,
    /** Counts are exact again soon after a fault, and in the end. */
    CONVERGENCE,
    /** No key stays for ever that must not. */
    EXPIRY,
    /** No service ends or refuses by itself. */
    LIVENESS,
    /** Whoever asks is told the truth, or that it is not known. */
    HONEST_ANSWERS
}
