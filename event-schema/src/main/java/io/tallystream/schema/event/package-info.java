/** Events: what services report, on HTTP and on Kafka alike. Reading never trusts its input. */
package io.tallystream.schema.event;
