/** Counting in two phases: in the heap where an event is read, and merged where a count is owned. */
package io.tallystream.processor.count;
