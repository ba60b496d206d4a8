/** Writing counts to Redis. */
package io.tallystream.sink.redis;
