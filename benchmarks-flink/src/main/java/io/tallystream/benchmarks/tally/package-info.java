/** What records of the event topics add up to in the heap: plain maps, without any framework. */
package io.tallystream.benchmarks.tally;
