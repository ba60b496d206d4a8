package io.tallystream.query.store;

/**
 * What was read.
 *
 * @param generation of the counts it was read from
 * @param rebuilding whether counts are being made anew, so that these may be short of what there was
 */
public record Answer<T>(T value, int generation, boolean rebuilding) {}
