/** How fast, how fresh and how small the stream processor is. */
package io.tallystream.benchmarks.processor;
