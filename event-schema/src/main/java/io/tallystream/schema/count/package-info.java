/** Counts: what is counted, over which windows, and how one count is addressed. */
package io.tallystream.schema.count;
