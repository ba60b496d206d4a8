/** Ids that were seen within the deduplication horizon: exact, in bounded memory. */
package io.tallystream.processor.ids;
