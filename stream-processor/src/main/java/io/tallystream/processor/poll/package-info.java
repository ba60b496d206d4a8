/** What a poll returns of one partition, a second of it at most, passed through Kafka Streams as one record. */
package io.tallystream.processor.poll;
