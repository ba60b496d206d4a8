/** Counting: events on Kafka become counts on Kafka, exactly once. */
package io.tallystream.processor;
