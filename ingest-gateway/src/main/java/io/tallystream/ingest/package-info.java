/** The way in: HTTP requests become records on Kafka, and are answered once Kafka has them. */
package io.tallystream.ingest;
