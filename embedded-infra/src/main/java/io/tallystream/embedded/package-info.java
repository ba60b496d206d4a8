/**
 * A real Kafka broker in this JVM and a real Redis beside it. Both listen on 127.0.0.1 only, keep their data in a folder
 * and carry on with it after any kind of stop, {@code kill -9} included.
 */
package io.tallystream.embedded;
