/** Counts on Kafka become counts in Redis. */
package io.tallystream.sink;
