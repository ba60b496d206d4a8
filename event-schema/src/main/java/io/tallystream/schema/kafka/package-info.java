/** The topics between the services: names, settings, keys and values. */
package io.tallystream.schema.kafka;
