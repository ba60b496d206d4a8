/**
 * JUnit Jupiter extensions that hand the embedded servers to tests: one of each per test JVM, started when the first test
 * asks, closed at the end. A server that cannot start fails the test; nothing is ever skipped. A project that uses this
 * package brings JUnit itself.
 */
package io.tallystream.embedded.junit;
