/** The baseline of the processor: the same counting as an Apache Flink job. */
package io.tallystream.benchmarks.flink;
