/** The {@code tallystream} command: everything in one process, beside an embedded Kafka and Redis. */
package io.tallystream.standalone;
