/**
 * Sends events to a gateway over HTTP. {@link io.tallystream.client.TallystreamClient} takes them, {@link
 * io.tallystream.client.Event} is one of them.
 */
package io.tallystream.client;
