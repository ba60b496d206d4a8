/** The layout of counts in Redis. The only place where key names are built and parsed. */
package io.tallystream.schema.redis;
