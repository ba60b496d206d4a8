/**
 * What a service copies to have its calls counted: {@link io.tallystream.examples.ApiCallFilter} sees them, and a {@link
 * io.tallystream.examples.CallReporter} brings them to Kafka, by itself or over HTTP.
 */
package io.tallystream.examples;
