/** Connecting to Redis, for services that bring Lettuce: one server, one behind Sentinels, or a cluster. */
package io.tallystream.runtime.redis;
