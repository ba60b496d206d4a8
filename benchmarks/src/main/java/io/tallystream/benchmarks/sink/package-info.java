/** What Redis takes: updates per second of the sink's write path, and bytes for each counter. */
package io.tallystream.benchmarks.sink;
