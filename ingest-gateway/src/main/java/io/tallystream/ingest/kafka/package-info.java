/** Writing events to Kafka. */
package io.tallystream.ingest.kafka;
