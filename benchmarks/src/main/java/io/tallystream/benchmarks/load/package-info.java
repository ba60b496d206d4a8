/** What sends requests, and what is kept of how long they took. */
package io.tallystream.benchmarks.load;
