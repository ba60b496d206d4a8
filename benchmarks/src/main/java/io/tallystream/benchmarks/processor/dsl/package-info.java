/** The baseline of the processor: the same counting in the plain Kafka Streams DSL. */
package io.tallystream.benchmarks.processor.dsl;
