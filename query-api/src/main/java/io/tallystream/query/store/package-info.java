/** Reading counts from Redis. */
package io.tallystream.query.store;
