/** From the bytes of a body to records for Kafka, and a verdict on each event. */
package io.tallystream.ingest.intake;
