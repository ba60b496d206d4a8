package io.tallystream.query.export;

/**
 * What is told beside a table.
 *
 * @param asOf when Redis was asked
 * @param timeZone whose days and hours these are
 * @param stale whether counts are being made anew, so that these may be short of what there was
 */
public record TableNote(String asOf, String timeZone, boolean stale) {}
