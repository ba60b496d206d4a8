/** What is done with each event, from its record to the counts it changes. No I/O of its own. */
package io.tallystream.processor.topology;
