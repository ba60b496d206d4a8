/** What a poll returns of one partition, passed through Kafka Streams as one record. */
package io.tallystream.processor.poll;
